"""Contingencies that files name, in CSV and in PSS/E .con.

Comes in: a path and a grid. Goes out: contingencies that are studied, or findings with file and line.
"""

"""Devices and limits of the plan, one file each, as terms of a ledger of MW and money.

Comes in: the hours and one device's data. Goes out: variables and constraints under their names. May
not know the network or the other parts.
"""

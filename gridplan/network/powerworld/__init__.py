"""PowerWorld AUX files, read through powerio behind a scanner of our own.

Comes in: a path. Goes out: a GridCase.
"""

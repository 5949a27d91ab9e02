"""pandapower nets from JSON, read as data: the library itself is not imported here.

Comes in: a path. Goes out: a GridCase.
"""

"""PyPSA networks in netCDF, read and written without the library.

Comes in: a path, or a GridCase. Goes out: a GridCase, or bytes.
"""

"""Scenarios of the load: samples of parameters, hourly noise, bands and typical trajectories.

Comes in: campuses with their parameters, a seed. Goes out: draws by campus, quantiles by hour, medoids. A sample in the
unit cube becomes parameters in ``drivers``; this room knows no equation of the load.
"""

"""Drivers of AI load: sourced parameters with their spread, and the driver packs that set them.

Comes in: the tables of this room and the data files of driver packs. Goes out: parameters, and their values by scenario
(``Draws``). May not know hours, the network or the plan.
"""

"""The load of AI campuses: what each workload asks for by hour, and what of it can move.

Comes in: the Study's campuses, the connected MW and the hours. Goes out: ``Campuses``, baselines in MW at the meter
and the limits of their flexibility (``build.build_campuses``). Shapes stand in ``shape_table``, one row each.
May not know the network beyond bus ids.
"""

"""The load of AI campuses: what each workload asks for by hour, and what of it can move.

Comes in: the Study's campuses and the hours. Goes out: baselines in MW at the meter and the limits of
their flexibility. May not know the network beyond bus ids.
"""

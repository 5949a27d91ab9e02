"""Workloads of a campus, one file each: what computing asks of the IT equipment, by scenario and hour.

Comes in: what a driver pack asks of the workload, parameters by scenario, the hours. Goes out: ``ItLoad``. May not know
cooling, contracts or the grid. A new workload is a file and a line in ``registry``.
"""

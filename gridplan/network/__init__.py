"""The grid: Network tables, the readers that build them, sensitivities, outages and geography.

Comes in: dataset folders and network files. Goes out: an immutable Network and pure functions of it.
May not know about hours, campuses or money beyond cost blocks.
"""

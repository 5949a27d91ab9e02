"""The grid: Network tables, the readers that build them, sensitivities, outages and geography.

Comes in: dataset folders and network files. Goes out: an immutable Network and pure functions of it.
One package for each format (``matpower``, ``psse``, ``powerworld``, ``pandapower``, ``pypsa``), each with ``read`` and,
where it is written, ``write``; ``formats`` lists them. ``rules`` judge a GridCase, ``build`` makes the Network of it.
``contingency_files`` and ``geography`` read what lies beside a network. May not know about hours, campuses or money
beyond cost blocks.
"""

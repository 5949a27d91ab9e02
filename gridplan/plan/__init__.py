"""Everything that couples hours, years or money: capacity, schedule, siting and reinforcements.

Comes in: Study, campuses and the dispatch of hours. Goes out: a plan with a proven gap. May not write
dispatch again: hours enter as blocks and cuts.
"""

"""What the planner asked: study files read into a frozen Study, every fault with file, line and column.

Comes in: YAML text. Goes out: a Study, or findings. May not read grids or hourly data, and may not
repair a value.
"""

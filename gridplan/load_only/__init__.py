"""Load-only headroom: the constant load an area can take on its hourly load alone, without a network.

Comes in: an hourly load file, or the native load of a studied grid. Goes out: MW within a budget of curtailed energy
and what the budget means in hours, by season and year. No generation and no branch is known here.
"""

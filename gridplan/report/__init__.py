"""Sections, figures, maps and tables of the report, as PDF and HTML.

Comes in: result files of a run. Goes out: the same bytes for the same results. May not compute results,
and imports neither plan nor dispatch.
"""

"""Interconnection planning of AI data centers on a regional grid.

Comes in: a study file. Goes out: MW by year and point of interconnection, firm and conditional, with
schedule, reinforcements, audit and report. The same verbs as the commands stand here as functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gridplan.pipeline import (
        convert_network,
        dispatch_network,
        hosting_study,
        load_only_hosting,
        run_study,
        schedule_study,
        site_study,
    )

__all__ = [
    "__version__",
    "convert_network",
    "dispatch_network",
    "hosting_study",
    "load_only_hosting",
    "run_study",
    "schedule_study",
    "site_study",
]


def __getattr__(name: str) -> Any:
    """Import a verb when it is first asked for: importing gridplan itself stays cheap."""
    if name in __all__:
        from gridplan import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'gridplan' has no attribute {name!r}")

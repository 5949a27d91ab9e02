"""``gridplan datasets``: what is embedded, under which terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridplan.cli.console import command
from gridplan.cli.reply import Reply
from gridplan.solution import SCHEMA_VERSION

if TYPE_CHECKING:
    from gridplan.network.dataset import DatasetInfo


@command("datasets")
def datasets() -> Reply:
    """List the embedded grids, the driver packs of campuses and the ready studies."""
    from gridplan.campus.drivers.read_pack import preset_names, preset_path, read_pack
    from gridplan.cli.cases import case_names
    from gridplan.network.embedded import embedded_datasets

    infos = embedded_datasets()
    cases = case_names()
    packs = [read_pack(preset_path(name)).pack for name in preset_names()]
    rows = [
        {
            "name": info.name,
            "title": info.title,
            "hours": info.hours,
            "timezone": info.timezone,
            "is_synthetic": info.is_synthetic,
            "credit": info.credit,
            "licence": str(info.folder / "LICENSE"),
        }
        for info in infos
    ]
    lines = []
    for info in infos:
        lines += [
            f"{info.name}: {info.title}",
            f"  {_hours(info)}{', synthetic grid' if info.is_synthetic else ''}",
            f"  credit: {info.credit}",
            f"  terms: {info.folder / 'LICENSE'}",
        ]
    lines += ["", "driver packs of campuses (workloads.preset):"]
    lines += [f"  {pack.name}: {pack.title} (release {pack.release})" for pack in packs]
    lines += ["", f"ready studies (gridplan init DIR --from NAME): {', '.join(cases) or 'none'}"]
    data = {
        "schema_version": SCHEMA_VERSION,
        "status": "ok",
        "datasets": rows,
        "presets": [{"name": pack.name, "title": pack.title, "release": pack.release} for pack in packs],
        "cases": list(cases),
    }
    return Reply(data=data, lines=lines)


def _hours(info: DatasetInfo) -> str:
    return "one snapshot" if info.hours == 1 else f"{info.hours:,} hours, {info.timezone}"

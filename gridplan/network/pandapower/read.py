"""pandapower networks (JSON) as a GridCase: the model that pandapower's power flow computes, read as data.

Comes in: a file of ``pandapower.to_json``. Goes out: the case, notes on every conversion, and a line for every table
that is not carried. pandapower is not imported, nothing in the file is called or looked up by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import refuse_errors
from gridplan.network.case import CaseShunts, GridCase, Origin
from gridplan.network.faults import Faults
from gridplan.network.json_guard import MAX_JSON_BYTES, guarded_json
from gridplan.network.model import BoolArray, FloatArray, Labels
from gridplan.network.pandapower.bus import buses
from gridplan.network.pandapower.cost import costs, costs_not_carried
from gridplan.network.pandapower.line import bus_switches, check_switches, impedances, lines
from gridplan.network.pandapower.load import loads, shunts
from gridplan.network.pandapower.source import DEFAULT_OPTIONS, Source
from gridplan.network.pandapower.told import not_carried, refuse_unmodelled, tell_parts, tell_ratings
from gridplan.network.pandapower.trafo import transformers
from gridplan.network.pandapower.trafo3w import star_branches, star_losses
from gridplan.network.pandapower.unit import dc_lines, generators, storages
from gridplan.network.two_port import TwoPorts, case_branches, case_shunts, joined, remainders
from gridplan.text_file import read_text_file, refused

_WHAT = "pandapower network (JSON)"
_REMEDY = "save the network with pandapower.to_json(net, file)"
_WORDS = {
    "bus.base_kv": "bus vn_kv",
    "bus.vm_min_pu": "bus min_vm_pu",
    "bus.vm_max_pu": "bus max_vm_pu",
    "branch.r_pu": "line r_ohm_per_km, trafo vkr_percent",
    "branch.x_pu": "line x_ohm_per_km, trafo vk_percent",
    "branch.b_pu": "line c_nf_per_km, trafo i0_percent",
    "branch.tap_ratio": "trafo vn_hv_kv, vn_lv_kv, tap_pos",
    "branch.shift_degree": "trafo shift_degree",
    "branch.rating_normal_mva": "line max_i_ka, trafo sn_mva",
    "generator.p_max_mw": "gen max_p_mw",
    "generator.p_min_mw": "gen min_p_mw",
    "generator.q_min_mvar": "gen min_q_mvar",
    "generator.q_max_mvar": "gen max_q_mvar",
    "generator.vm_setpoint_pu": "gen vm_pu",
    "generator.cost": "poly_cost, pwl_cost",
    "load.p_mw": "load p_mw",
    "dc_line.p_max_mw": "dcline max_p_mw",
}


def read_pandapower(path: Path) -> GridCase:
    """Grid of a pandapower JSON file.

    Parameters
    ----------
    path : Path
        File of ``pandapower.to_json``, not encrypted.

    Returns
    -------
    GridCase
        Ids are pandapower's own: the number of a bus, ``line_5``, ``trafo_0``, ``gen_3``; ``trafo3w_0_star`` is the
        star point of a three-winding transformer. Closed switches between buses are branches without impedance.

    Raises
    ------
    InputError
        GP-SEC-002 (types outside the list, nesting), GP-SIZ-001, GP-ENC-001/002, or all faults of the tables.
    """
    text, warnings = read_text_file(path, what=_WHAT, remedy=_REMEDY, max_bytes=MAX_JSON_BYTES)
    document = guarded_json(text, path)
    del text
    faults = Faults(path)
    source = _source(_net(document, path), faults)
    # A value that is missing makes NaN on its way; its finding says so.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        case = _case(source, path)
    findings = (*warnings, *faults.all())
    refuse_errors(findings)
    return replace(case, findings=findings)


def _net(document: Any, path: Path) -> Mapping[str, Any]:
    net = document.get("_object") if isinstance(document, dict) and "_class" in document else document
    is_net = isinstance(net, dict) and "bus" in net and ("version" in net or "format_version" in net)
    if not is_net or not isinstance(net, dict):
        message = "the file is JSON, but no pandapower network: it has no bus table and no version"
        raise refused("GP-ENC-002", path, message, _REMEDY)
    return net


def _source(net: Mapping[str, Any], faults: Faults) -> Source:
    options = dict(DEFAULT_OPTIONS)
    given = net.get("user_pf_options")
    if isinstance(given, dict):
        used = {key: given[key] for key in options if key in given and given[key] != "auto"}
        options |= used
        if used:
            told = ", ".join(f"{key} = {json.dumps(value)[:30]}" for key, value in sorted(used.items()))
            message = f"options of the power flow that the file states are used: {told}"
            faults.add("GP-NET-006", "note", message, "nothing to do", "user_pf_options")
    _check_options(options, faults)
    sn_mva = _positive(net, "sn_mva", 1.0, faults)
    return Source(
        document=net, faults=faults, sn_mva=sn_mva, f_hz=_positive(net, "f_hz", 50.0, faults), options=options
    )


def _check_options(options: dict[str, Any], faults: Faults) -> None:
    choices = {"trafo_model": ("t", "pi"), "trafo3w_losses": ("hv", "mv", "lv", "star")}
    for key, default in DEFAULT_OPTIONS.items():
        value = options[key]
        if key in choices:
            is_good = value in choices[key]
        elif isinstance(default, bool):
            is_good = isinstance(value, bool)
        else:
            is_good = isinstance(value, (int, float)) and 0 <= value < 1e6
        if not is_good:
            words = f", not one of {', '.join(choices[key])}" if key in choices else ""
            message = f"user_pf_options.{key} has a value pandapower does not know{words}"
            faults.error("GP-VAL-001", message, "delete the option", f"user_pf_options.{key}")
            options[key] = default


def _positive(net: Mapping[str, Any], key: str, default: float, faults: Faults) -> float:
    value = net.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        faults.error("GP-PU-001", f"{key} is {str(value)[:20]!r}, must be a number above 0", f"correct {key}", key)
        return default
    return float(value)


def _case(source: Source, path: Path) -> GridCase:
    check_switches(source)
    refuse_unmodelled(source)
    internal = _xward_branches(source)
    ports = joined(
        [
            lines(source),
            transformers(source),
            *star_branches(source),
            impedances(source),
            internal,
            bus_switches(source),
        ]
    )
    parts = [*remainders(ports), *star_losses(source)]
    tell_parts(source, parts)
    load = loads(source)
    in_service_mw = float(load.p_mw[load.in_service].sum())
    tell_ratings(source)
    name = source.document.get("name")
    return GridCase(
        name=name if isinstance(name, str) and name else path.stem,
        base_mva=source.sn_mva,
        bus=buses(source),
        load=load,
        shunt=_together(shunts(source), case_shunts(parts, source.sn_mva)),
        generator=generators(source, costs(source), in_service_mw),
        branch=case_branches(ports),
        dc_line=dc_lines(source),
        storage=storages(source),
        origin=Origin(file=path, format="pandapower", words=_WORDS),
        not_carried=(*costs_not_carried(source), *not_carried(source)),
    )


def _xward_branches(source: Source) -> TwoPorts:
    """Impedance of each xward between its bus and its inner source."""
    table = source.frame("xward")
    bus = source.bus_rows(table)
    base_ohm = source.kv(bus) ** 2 / source.sn_mva
    nothing, no = np.zeros(len(table)), np.zeros(len(table), dtype=bool)
    return TwoPorts(
        id=table.ids(),
        from_bus=source.names(bus),
        to_bus=tuple(f"{name}_internal" for name in table.ids()),
        r_pu=table.floats("r_ohm") / base_ohm,
        x_pu=table.floats("x_ohm") / base_ohm,
        y_from_pu=nothing.astype(np.complex128),
        y_to_pu=nothing.astype(np.complex128),
        tap_ratio=nothing + 1,
        shift_degree=nothing,
        rating_mva=nothing,
        in_service=table.flags("in_service", True) & source.live(bus),
        open_from=no,
        open_to=no,
        is_transformer=no,
        length_km=nothing,
    )


def _together(first: CaseShunts, second: CaseShunts) -> CaseShunts:
    def column(name: str) -> FloatArray:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    in_service: BoolArray = np.concatenate([first.in_service, second.in_service])
    bus: Labels = (*first.bus, *second.bus)
    return CaseShunts(
        id=(*first.id, *second.id),
        bus=bus,
        gs_mw=column("gs_mw"),
        bs_mvar=column("bs_mvar"),
        in_service=in_service,
    )

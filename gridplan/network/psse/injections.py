"""Buses, loads, shunts and generators of a PSS/E RAW file.

Comes in: the tables to fill. Goes out: their rows, and findings where a record says more than a row can hold.
"""

from __future__ import annotations

from gridplan.network.case import BUS_KINDS
from gridplan.network.psse.tables import DEFAULT_VM_PU, Tables

#: Largest bus number of PSS/E.
MAX_BUS = 999_997


def read_buses(tables: Tables) -> None:
    """Fill the buses."""
    if not tables.raw.records["bus"]:
        tables.faults.error("GP-ENC-002", "the file has no bus", "copy the whole file again", key="bus section")
    for line, v in tables.rows("bus"):
        if not 1 <= v["IDE"] <= 4:
            message = f"IDE of bus {v['I']} is {v['IDE']}"
            tables.faults.error("GP-BUS-001", message, "write 1, 2, 3 or 4", line.number, 1, "bus IDE")
            continue
        if not 1 <= v["I"] <= MAX_BUS:
            message = f"bus number {v['I']} is outside 1 to {MAX_BUS}"
            tables.faults.error("GP-BUS-001", message, "give the bus another number", line.number, 1, "bus I")
        low, high = v.get("NVLO"), v.get("NVHI")
        name, number = str(v["I"]), v["I"]
        tables.vm_pu.setdefault(name, v["VM"])
        tables.base_kv.setdefault(number, v["BASKV"])
        tables.add_bus(
            line.number,
            id=name,
            name=v["NAME"],
            kind=BUS_KINDS[v["IDE"] - 1],
            base_kv=v["BASKV"],
            area=str(v["AREA"]),
            zone=str(v["ZONE"]),
            vm_pu=v["VM"],
            va_degree=v["VA"],
            vm_min_pu=DEFAULT_VM_PU[0] if low is None else low,
            vm_max_pu=DEFAULT_VM_PU[1] if high is None else high,
        )


def read_loads(tables: Tables) -> None:
    """Fill the loads; parts of constant current or admittance count at the voltage of the file."""
    converted: list[tuple[int, float, float]] = []
    for line, v in tables.rows("load"):
        vm = tables.vm_pu.get(str(v["I"]), 1.0)
        # YQ is positive for a capacitive load: it makes Mvar where IQ and QL draw them.
        p_more, q_more = v["IP"] * vm + v["YP"] * vm**2, v["IQ"] * vm - v["YQ"] * vm**2
        if (p_more or q_more) and v["STATUS"]:
            converted.append((line.number, p_more, q_more))
        own_p, own_q = (v.get("DGENP") or 0.0, v.get("DGENQ") or 0.0) if v.get("DGENM") else (0.0, 0.0)
        if (own_p or own_q) and v["STATUS"]:
            message = f"load {v['I']}_{v['ID']} generates {own_p:g} MW and {own_q:g} Mvar itself; they were subtracted"
            tables.faults.note("GP-LOD-002", message, "nothing to do", line.number, "load DGENP")
        tables.load.add(
            line.number,
            id=f"{v['I']}_{v['ID'] or '1'}",
            bus=str(v["I"]),
            p_mw=v["PL"] + p_more - own_p,
            q_mvar=v["QL"] + q_more - own_q,
            in_service=v["STATUS"] == 1,
        )
    if converted:
        lines, p_mw, q_mvar = zip(*converted, strict=True)
        message = (
            f"{len(lines)} loads have parts of constant current or admittance: {sum(p_mw):,.6g} MW and"
            f" {sum(q_mvar):,.6g} Mvar at the voltages of the file; they are constant power from here on"
        )
        tables.faults.warning("GP-LOD-001", message, "check that constant power is meant", lines[0], "load IP")


def read_shunts(tables: Tables) -> None:
    """Fill the shunts; switched ones stay at their initial value, with a note."""
    for line, v in tables.rows("fixed shunt"):
        tables.add_shunt(line.number, f"{v['I']}_{v['ID'] or '1'}", v["I"], v["GL"], v["BL"], v["STATUS"] == 1)
    switched = list(tables.rows("switched shunt"))
    for line, v in switched:
        # Fixed shunts have ids of two characters at most, so that this one is free.
        name = f"{v['I']}_switched{v.get('ID') or ''}"
        tables.add_shunt(line.number, name, v["I"], 0.0, v["BINIT"], v["STAT"] == 1)
    if switched:
        total_mvar = sum(v["BINIT"] for _, v in switched if v["STAT"])
        message = f"{len(switched)} switched shunts stay at their initial value, in service {total_mvar:,.6g} Mvar"
        first = switched[0][0].number
        tables.faults.note("GP-SHN-002", message, "nothing to do", first, "switched shunt BINIT")


def read_generators(tables: Tables) -> None:
    """Fill the generators; note those that hold the voltage of another bus."""
    remote, step_up = [], 0
    for line, v in tables.rows("generator"):
        if v["IREG"] not in (0, v["I"]):
            remote.append((line.number, f"{v['I']}_{v['ID']} (bus {v['IREG']})"))
        step_up += bool(v["RT"] or v["XT"])
        tables.generator.add(
            line.number,
            id=f"{v['I']}_{v['ID'] or '1'}",
            bus=str(v["I"]),
            p_mw=v["PG"],
            q_mvar=v["QG"],
            p_min_mw=v["PB"],
            p_max_mw=v["PT"],
            q_min_mvar=v["QB"],
            q_max_mvar=v["QT"],
            vm_setpoint_pu=v["VS"],
            mbase_mva=v["MBASE"],
            in_service=v["STAT"] == 1,
            unit_type="",
            fuel="",
            cost=None,
        )
    if remote:
        shown = ", ".join(name for _, name in remote[:5]) + (", ..." if len(remote) > 5 else "")
        message = f"{len(remote)} units hold the voltage of another bus; here they hold that of their own: {shown}"
        tables.faults.note("GP-GEN-002", message, "check VS of these units", remote[0][0], "generator IREG")
    if step_up:
        tables.drop("generator RT, XT", step_up, "step-up transformers inside units; their power is taken at the bus")

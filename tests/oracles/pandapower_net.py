"""pandapower's own admittance matrix and voltages of a net, on the buses of a Network that was read from its file."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from gridplan.network.build import BuiltNetwork, build_network
from gridplan.network.case import GridCase
from gridplan.network.model import FloatArray
from gridplan.network.policy import Policy
from gridplan.verify.ac_state import AcInjections, AcState

POLICY = Policy(merge_zero_impedance=True, islands="main")


def solve(net: Any, **options: Any) -> None:
    """Solve in place, with what pandapower does by default."""
    import pandapower as pp

    pp.runpp(net, numba=False, lightsim2grid=False, tolerance_mva=1e-9, max_iteration=30, **options)


def admittance(net: Any, ids: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.complex128]]:
    """pandapower's matrix of a solved net on the given buses, all others eliminated (Kron), dims (bus, bus) [pu]."""
    inner = net._ppc["internal"]["Ybus"].tocsc()
    at = [_inner_row(net, bus) for bus in ids]
    assert min(at) >= 0
    assert len(set(at)) == len(at)
    rest = np.setdiff1d(np.arange(inner.shape[0]), at)
    kept = inner[at][:, at].toarray()
    if rest.size == 0:
        return kept
    block = splu(sp.csc_matrix(inner[rest][:, rest]))
    return kept - inner[at][:, rest].toarray() @ block.solve(inner[rest][:, at].toarray())


def _inner_row(net: Any, bus: str) -> int:
    lookups = net._pd2ppc_lookups
    if bus.endswith(("_star", "_internal")):
        table = "trafo3w" if bus.endswith("_star") else "xward"
        number = lookups["aux"][table][net[table].index.get_loc(int(bus.split("_")[1]))]
    else:
        number = int(bus)
    row = lookups["bus"][number]
    return int(net._ppc["internal"]["order"]["bus"]["e2i"][row]) if "order" in net._ppc["internal"] else int(row)


def built(case: GridCase) -> BuiltNetwork:
    """Network of a case, switches merged, with its slack at the external grid alone."""
    return build_network(case, POLICY)


def file_state(found: BuiltNetwork) -> AcState:
    """Operating point that the file states."""
    network, rows = found.network, found.rows
    unit, line = found.case.generator, found.case.dc_line
    nothing = np.zeros(len(network.bus))
    return AcState(
        injections=AcInjections(
            p_generator_mw=unit.p_mw[rows["generator"]],
            p_dc_line_mw=line.p_mw[rows["dc_line"]],
            p_load_mw=network.bus.p_load_mw.copy(),
            q_load_mvar=network.bus.q_load_mvar.copy(),
        ),
        p_campus_mw=nothing,
        q_campus_mvar=nothing,
    )


def bus_voltages(net: Any, ids: tuple[str, ...]) -> FloatArray:
    """Complex voltages of a solved net by bus id, dims (bus) [pu]."""
    out = []
    for bus in ids:
        row = net._pd2ppc_lookups["bus"][_number(net, bus)]
        out.append(net._ppc["bus"][row, 7] * np.exp(1j * np.deg2rad(net._ppc["bus"][row, 8])))
    return np.array(out)


def _number(net: Any, bus: str) -> int:
    if bus.endswith("_star"):
        return int(net._pd2ppc_lookups["aux"]["trafo3w"][net.trafo3w.index.get_loc(int(bus.split("_")[1]))])
    if bus.endswith("_internal"):
        return int(net._pd2ppc_lookups["aux"]["xward"][net.xward.index.get_loc(int(bus.split("_")[1]))])
    return int(bus)

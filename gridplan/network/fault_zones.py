"""Which buses go below a voltage together while a three-phase bolted fault stands at some bus.

A network and reactances of its machines come in; residual voltages and distinct, largest fault zones go out. The grid
is taken as fault studies take it flat: 1 pu everywhere before the fault, taps and phase shifts at nominal, loads,
charging and shunts left out, every unit of the network in service. Protection and its timing are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu

from gridplan.errors import input_error
from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.selected_inverse import inverse_entries, is_symmetric_pivoting
from gridplan.solution import HYDRO_WORDS, INVERTER_WORDS, RATED_POWER_FACTOR, THERMAL_SOLAR_WORD

ComplexArray = npt.NDArray[np.complex128]
MachineKind = Literal["turbine", "hydro", "inverter"]
#: Right-hand sides solved for at a time.
SOLVE_BLOCK = 64
#: Buses a message names at most.
MAX_NAMED = 10


class MachineReactances(Protocol):
    """Subtransient reactance X'' of a machine on its own MVA, by kind; part of a study."""

    @property
    def turbine(self) -> float:
        """Machines driven by steam or gas, and those of no known kind [pu]."""

    @property
    def hydro(self) -> float:
        """Machines driven by water [pu]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultZone:
    """Buses that go below the voltage together, positions ascending, and a fault that does it.

    ``voltage_pu`` is their residual voltage, in the order of ``buses``.
    """

    faulted_bus: int
    buses: tuple[int, ...]
    voltage_pu: tuple[float, ...]


def machine_kind(unit_type: str, fuel: str) -> MachineKind:
    """Kind of a unit by the words of its type and fuel; a turbine where they say nothing."""
    words = {word for text in (unit_type, fuel) for word in text.lower().replace("-", " ").replace("_", " ").split()}
    if words & HYDRO_WORDS:
        return "hydro"
    return "inverter" if words & INVERTER_WORDS and THERMAL_SOLAR_WORD not in words else "turbine"


def machine_susceptance_pu(network: Network, reactance: MachineReactances) -> FloatArray:
    """Susceptance of the machines at every bus, dims (bus,) [pu of base_mva].

    ``b = S / (X'' base_mva)`` with ``S = p_max / 0.85``. A unit behind an inverter adds nothing: it holds its current
    near the rated one.
    """
    unit = network.generator
    x_pu = {"turbine": reactance.turbine, "hydro": reactance.hydro, "inverter": np.inf}
    own = np.array([x_pu[machine_kind(kind, fuel)] for kind, fuel in zip(unit.unit_type, unit.fuel, strict=True)])
    s_mva = np.maximum(unit.p_max_mw, 0.0) / RATED_POWER_FACTOR
    b_pu = np.zeros(len(network.bus))
    np.add.at(b_pu, unit.bus, s_mva / (own * network.base_mva))
    return b_pu


def residual_voltage_pu(network: Network, buses: Sequence[int], reactance: MachineReactances) -> FloatArray:
    """Voltage of some buses during a three-phase bolted fault at each bus, dims (given bus, faulted bus) [pu].

    ``V_i = |1 - Z_if / Z_ff|``, Z the inverse of the bus admittance matrix with the machines' X''.

    Raises
    ------
    InputError
        GP-FLT-001, if no machine feeds a given bus.

    Notes
    -----
    Source: Grainger and Stevenson (1994), Power System Analysis, chapter 10.
    """
    b_pu = machine_susceptance_pu(network, reactance)
    fed = check_fed(network, buses, reactance)
    voltage = np.ones((len(buses), len(network.bus)))
    if not len(buses):
        return voltage
    place = np.cumsum(fed) - 1
    live = np.flatnonzero(fed)
    lu = _factor(_admittance(network, b_pu)[live][:, live].tocsc())
    own = place[np.asarray(buses, dtype=np.int64)]
    column: ComplexArray = np.empty((len(buses), len(live)), dtype=np.complex128)
    for part in _blocks(len(own)):
        column[part] = lu.solve(_unit_columns(own[part], len(live))).T
    voltage[:, live] = np.abs(1.0 - column / _diagonal(lu, len(live)))
    voltage[np.arange(len(buses)), list(buses)] = 0.0  # the faulted bus itself, free of rounding
    return voltage


def check_fed(network: Network, buses: Sequence[int], reactance: MachineReactances) -> BoolArray:
    """Whether branches join each bus of the network to some machine, dims (bus,).

    Raises
    ------
    InputError
        GP-FLT-001, if some of ``buses`` are not.
    """
    fed = _fed_buses(network, machine_susceptance_pu(network, reactance))
    dark = [network.bus.id[bus] for bus in buses if not fed[bus]]
    if dark:
        raise input_error(
            "GP-FLT-001",
            f"no turbine or hydro unit feeds bus {', '.join(dark[:MAX_NAMED])} of network {network.name}, so no fault "
            "current and no residual voltage can be computed there",
            "give the units their type, fuel and MW, or leave criteria.load_loss out",
        )
    return fed


def fault_zones(
    network: Network, buses: Sequence[int], trip_pu: float, reactance: MachineReactances
) -> tuple[FaultZone, ...]:
    """Largest sets of the given buses that one fault takes below ``trip_pu``, each with the fault that does it best.

    Of several faults with the same set the one that leaves its highest voltage lowest is named. Sets inside another
    one are left out: whatever holds for the sum over a set holds for its parts.

    Raises
    ------
    InputError
        GP-FLT-001, if no machine feeds a given bus.
    """
    order = sorted(set(map(int, buses)))
    return zones_of(residual_voltage_pu(network, order, reactance), order, trip_pu)


def zones_of(voltage_pu: FloatArray, buses: Sequence[int], trip_pu: float) -> tuple[FaultZone, ...]:
    """Largest distinct zones of residual voltages, dims (bus, faulted bus), in the order of their faulted buses."""
    is_low = voltage_pu < trip_pu
    highest = np.where(is_low, voltage_pu, -np.inf).max(axis=0, initial=-np.inf)
    best: dict[bytes, int] = {}
    for fault in map(int, np.flatnonzero(is_low.any(axis=0))):
        known = best.setdefault(is_low[:, fault].tobytes(), fault)
        if highest[fault] < highest[known]:
            best[is_low[:, fault].tobytes()] = fault
    faults = np.array(sorted(best.values()), dtype=np.int64)
    faults = faults[_is_largest(is_low[:, faults])]
    return tuple(
        FaultZone(
            faulted_bus=f,
            buses=tuple(buses[i] for i in np.flatnonzero(is_low[:, f]).tolist()),
            voltage_pu=tuple(float(v) for v in voltage_pu[is_low[:, f], f]),
        )
        for f in faults.tolist()
    )


def _is_largest(sets: BoolArray) -> BoolArray:
    """Whether each of the distinct sets, dims (member, set), lies in no other one."""
    member = sets.astype(np.int64)
    size = member.sum(axis=0)
    is_inside = (member.T @ member == size[:, None]) & (size[:, None] < size[None, :])
    return np.asarray(~is_inside.any(axis=1))


def _admittance(network: Network, b_pu: FloatArray) -> sp.csc_array:
    """Bus admittance matrix of the flat grid with its machines, dims (bus, bus) [pu]."""
    branch, n = network.branch, len(network.bus)
    y = 1.0 / (branch.r_pu + 1j * branch.x_pu)
    f, t, each = branch.from_bus, branch.to_bus, np.arange(n)
    rows, columns = np.concatenate([f, f, t, t, each]), np.concatenate([f, t, f, t, each])
    values = np.concatenate([y, -y, -y, y, -1j * b_pu])
    return sp.coo_array((values, (rows, columns)), shape=(n, n)).tocsc()


def _fed_buses(network: Network, b_pu: FloatArray) -> BoolArray:
    """Buses that branches join to some machine, dims (bus,)."""
    n, branch = len(network.bus), network.branch
    links = sp.coo_array((np.ones(len(branch)), (branch.from_bus, branch.to_bus)), shape=(n, n))
    count, label = connected_components(links.tocsr(), directed=False)
    return np.asarray((np.bincount(label, weights=b_pu, minlength=count) > 0)[label])


def _factor(matrix: sp.csc_array) -> SuperLU:
    """Factorised admittance matrix; pivots stay on the diagonal, where symmetry keeps them."""
    return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _diagonal(lu: SuperLU, n: int) -> ComplexArray:
    """Thevenin impedance of every bus, dims (bus,) [pu]."""
    each = np.arange(n)
    if is_symmetric_pivoting(lu):
        return np.asarray(inverse_entries(lu, each, each), dtype=np.complex128)
    own: list[ComplexArray] = [np.diagonal(lu.solve(_unit_columns(each[p], n))[each[p]]) for p in _blocks(n)]
    return np.concatenate(own)


def _blocks(n: int) -> Iterator[slice]:
    return (slice(first, first + SOLVE_BLOCK) for first in range(0, n, SOLVE_BLOCK))


def _unit_columns(at: IntArray, n: int) -> ComplexArray:
    columns = np.zeros((n, len(at)), dtype=np.complex128, order="F")
    columns[at, np.arange(len(at))] = 1.0
    return columns

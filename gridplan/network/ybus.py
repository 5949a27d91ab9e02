"""Bus admittance matrix and branch admittances, exactly as MATPOWER defines them.

A Network and a set of branches in service come in; complex per-unit matrices go out.
Tap ratio and phase shift stand at the from end, charging is halved between the ends,
bus shunts stand on the diagonal. Nothing is solved here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from gridplan.network.model import BoolArray, Network

ComplexArray = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchAdmittances:
    """Two-port admittances, dim ``branch`` [pu].

    ``i_from = yff v_from + yft v_to`` and ``i_to = ytf v_from + ytt v_to``.
    """

    yff: ComplexArray
    yft: ComplexArray
    ytf: ComplexArray
    ytt: ComplexArray


def branch_admittances(network: Network, in_service: BoolArray | None = None) -> BranchAdmittances:
    """Two-port admittances of every branch.

    With ``y = 1 / (r + j x)``, charging ``b`` and complex tap ``a = tap_ratio exp(j shift)``:
    ``ytt = y + j b / 2``, ``yff = ytt / |a|^2``, ``yft = -y / conj(a)``, ``ytf = -y / a``.

    Parameters
    ----------
    network : Network
        The grid.
    in_service : array, dims (branch) [bool], optional
        Branches out of service get zero admittance; default all in service.

    Returns
    -------
    BranchAdmittances, dims (branch) [pu]

    Notes
    -----
    Source: Zimmerman2011, branch model of the MATPOWER user's manual.
    """
    branch = network.branch
    live = np.ones(len(branch)) if in_service is None else in_service.astype(float)
    y = np.asarray(live / (branch.r_pu + 1j * branch.x_pu), dtype=np.complex128)
    tap: ComplexArray = branch.tap_ratio * np.exp(1j * branch.shift_rad)
    ytt: ComplexArray = y + 0.5j * live * branch.b_pu
    yff: ComplexArray = ytt / (tap * tap.conj())
    return BranchAdmittances(yff=yff, yft=-y / tap.conj(), ytf=-y / tap, ytt=ytt)


def bus_shunts(network: Network) -> ComplexArray:
    """Shunt admittance of every bus, dims (bus) [pu]: ``(gs + j bs) / base_mva``; bs > 0 is a capacitor."""
    return np.asarray((network.bus.gs_mw + 1j * network.bus.bs_mvar) / network.base_mva, dtype=np.complex128)


def ybus(network: Network, in_service: BoolArray | None = None) -> sp.csc_array:
    """Bus admittance matrix.

    Parameters
    ----------
    network : Network
        The grid.
    in_service : array, dims (branch) [bool], optional
        Branches left out are absent from the matrix; default all in service.

    Returns
    -------
    csc_array, dims (bus, bus) [pu]
        ``i = ybus v``; every bus keeps a stored diagonal entry, so isolated buses stay visible.
    """
    adm = branch_admittances(network, in_service)
    f, t, n = network.branch.from_bus, network.branch.to_bus, len(network.bus)
    diagonal = np.arange(n)
    rows = np.concatenate([f, f, t, t, diagonal])
    columns = np.concatenate([f, t, f, t, diagonal])
    values = np.concatenate([adm.yff, adm.yft, adm.ytf, adm.ytt, bus_shunts(network)])
    return sp.coo_array((values, (rows, columns)), shape=(n, n)).tocsc()


def branch_flows_mva(
    network: Network, v_pu: ComplexArray, in_service: BoolArray | None = None
) -> tuple[ComplexArray, ComplexArray]:
    """Complex power entering every branch at its from and at its to end.

    Parameters
    ----------
    network : Network
        The grid.
    v_pu : array, dims (..., bus) [pu]
        Complex bus voltages.
    in_service : array, dims (branch) [bool], optional
        Branches out of service carry nothing.

    Returns
    -------
    tuple of arrays, dims (..., branch) [MVA]
        Their sum is the branch's loss.
    """
    adm = branch_admittances(network, in_service)
    v_from, v_to = v_pu[..., network.branch.from_bus], v_pu[..., network.branch.to_bus]
    s_from = v_from * np.conj(adm.yff * v_from + adm.yft * v_to) * network.base_mva
    s_to = v_to * np.conj(adm.ytf * v_from + adm.ytt * v_to) * network.base_mva
    return s_from, s_to

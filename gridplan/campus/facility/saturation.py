"""Load that is asked for against what is energised: servers and the delivered contract set the MW, work pays for it.

Comes in: IT power asked for, servers, contract. Goes out: IT power served and the part of the work that is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What of a load is served.

    Parameters
    ----------
    p_it_mw : float, dims (scenario, time) [MW]
        Power of the IT equipment.
    auxiliary_mw : float, dims (scenario, time) [MW]
        Load that does not follow it; the contract holds it too.
    unserved_frac : float, dims (scenario, time) [1]
        Part of the work asked for that is not done. Energy per work is that of the hour, so it is also the part of the
        IT energy.
    """

    p_it_mw: FloatArray
    auxiliary_mw: FloatArray
    unserved_frac: FloatArray


def served(
    asked_it_mw: FloatArray,
    *,
    contract_mw: FloatArray,
    delivered_frac: FloatArray,
    servers_mw: FloatArray,
    pue: FloatArray,
    auxiliary_mw: FloatArray,
) -> Served:
    """Load within what is energised.

    ``P_IT = min(P_asked, servers delivered, (contract delivered - P_aux) / PUE)``, so that
    ``P_IT PUE + P_aux <= contract delivered``; auxiliary load is cut last. Where it binds, less energy per unit of work
    serves more work at the same MW.

    Source: equation (9) of docs/load-model.md, with servers and auxiliary load.

    Parameters
    ----------
    asked_it_mw : float, dims (scenario, time) [MW]
        Power of the IT equipment if nothing held it.
    contract_mw : float, dims (scenario,) [MW]
    delivered_frac : float, dims (scenario, time) [1]
        Part of the contract that is there.
    servers_mw : float, dims (scenario,) [MW]
        Power of the IT equipment with every server of the full contract busy, as it is in the scenario; energised in
        step with the contract.
    pue : float, dims (scenario, time) [1]
    auxiliary_mw : float, dims (scenario,) [MW]
    """
    most_mw = contract_mw[:, None] * delivered_frac
    fixed_mw = np.minimum(auxiliary_mw[:, None], most_mw)
    most_mw -= fixed_mw
    most_mw /= pue
    np.minimum(most_mw, servers_mw[:, None] * delivered_frac, out=most_mw)
    p_it_mw = np.minimum(asked_it_mw, most_mw, out=most_mw)
    left = asked_it_mw - p_it_mw
    # What is not asked for is 0 here, so the division changes nothing there.
    np.divide(left, asked_it_mw, out=left, where=left > 0)
    return Served(p_it_mw=p_it_mw, auxiliary_mw=fixed_mw, unserved_frac=left)

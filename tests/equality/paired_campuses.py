"""Campuses of gridplan and the same ones for the oracles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gridplan.campus.model import Campuses, CampusJob
from gridplan.plan.parts.storage import Store
from gridplan.series.model import GridSeries
from tests.oracles.multi_hour import OracleCampus, OracleClass, OracleJob, OracleStorage

SHARE_FRAC = (0.35, 0.15, 0.15, 0.10, 0.25)
DAY_REL = 1.0 + 0.25 * np.sin(np.arange(24) * np.pi / 12 - 2.0)


def campuses_of(
    series: GridSeries,
    connected_mw: Mapping[str, float],
    *,
    conditional: Sequence[str] = (),
    load_factor: float = 0.8,
    max_energy_frac: float = 0.005,
    value_usd_per_mwh: Sequence[float] = (5000.0, 3000.0, 500.0, 800.0, 1500.0),
    deadline_h: Sequence[int] = (0, 0, 24, 72, 24),
    idle_floor_frac: float = 0.25,
    jobs: Sequence[CampusJob] = (),
) -> Campuses:
    """Campuses (id -> MW) of all five classes; users' classes follow the day, the others compute evenly."""
    names, n_time = tuple(connected_mw), len(series)
    mw = np.array(list(connected_mw.values()))
    share = np.array(SHARE_FRAC)
    rel = np.minimum(DAY_REL[np.arange(n_time) % 24], 1 / load_factor)
    shape = np.array([rel, rel, *np.ones((3, n_time))])
    is_conditional = np.array([name in conditional for name in names])

    def rows(values: Sequence[float]) -> np.ndarray:
        return np.tile(np.asarray(values, dtype=float), (len(names), 1))

    return Campuses(
        campus=names,
        time_utc=series.time_utc,
        connected_mw=mw,
        baseline_mw=load_factor * mw[:, None, None] * share[None, :, None] * shape[None],
        installed_mw=mw[:, None] * share,
        deadline_h=rows(deadline_h).astype(np.int64),
        shed_frac=rows((0.1, 0.25, 0.5, 0.5, 0.25)),
        min_power_frac=rows((0, 0, 0, 0, 0.75)),
        value_usd_per_mwh=rows(value_usd_per_mwh),
        idle_floor_frac=np.full(len(names), idle_floor_frac),
        is_conditional=is_conditional,
        max_energy_frac=np.where(is_conditional, max_energy_frac, 0.0),
        jobs=tuple(jobs),
    )


def oracle_campuses(campuses: Campuses, bus: Mapping[str, str], stores: Sequence[Store] = ()) -> list[OracleCampus]:
    """The same campuses for the oracles; a store whose point is a campus stands behind its meter."""
    found = []
    for i, name in enumerate(campuses.campus):
        own = [s for s in stores if s.point == name]
        classes = zip(
            campuses.deadline_h[i].tolist(),
            campuses.min_power_frac[i].tolist(),
            campuses.shed_frac[i].tolist(),
            campuses.value_usd_per_mwh[i].tolist(),
            strict=True,
        )
        found.append(
            OracleCampus(
                id=name,
                bus=bus[name],
                connected_mw=float(campuses.connected_mw[i]),
                baseline_mw=campuses.baseline_mw[i],
                share_frac=tuple(campuses.installed_mw[i] / campuses.connected_mw[i]),
                classes=tuple(
                    OracleClass(deadline_h=d, min_power_frac=m, shed_frac=s, value_usd_per_mwh=v)
                    for d, m, s, v in classes
                ),
                jobs=tuple(
                    OracleJob(
                        energy_mwh=j.energy_mwh,
                        p_max_mw=j.p_max_mw,
                        release=j.release_position,
                        deadline=j.deadline_position,
                    )
                    for j in campuses.jobs
                    if j.campus == name
                ),
                storage=_oracle_storage(own[0]) if own else None,
                is_firm=not campuses.is_conditional[i],
                max_energy_frac=float(campuses.max_energy_frac[i]),
                idle_floor_frac=float(campuses.idle_floor_frac[i]),
            )
        )
    return found


def _oracle_storage(store: Store) -> OracleStorage:
    return OracleStorage(p_mw=store.p_mw, e_mwh=store.e_mwh, efficiency_roundtrip_frac=store.efficiency_roundtrip_frac)

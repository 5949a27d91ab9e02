"""State of the network in a solution of the hosting program: one sparse solve, and the loss of the campus itself."""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.columns import unit_start_mw
from gridplan.dispatch.grid import Grid
from gridplan.network.model import FloatArray, IntArray


class SolutionState:
    """States of one grid without plan points; ``columns`` stand for the groups of columns of the program."""

    def __init__(self, grid: Grid, columns: IntArray) -> None:
        self.grid = grid
        self._injection = grid.injection_of_columns[columns]
        kind = np.array(grid.columns.kind)[columns]
        owner = grid.columns.owner[columns]
        self._unit, self._line = np.flatnonzero(kind == "generator"), np.flatnonzero(kind == "dc_line")
        self._unit_at, self._line_at = owner[self._unit], owner[self._line]
        self._fixed_injection = np.zeros(len(grid.network.bus))
        self._output = unit_start_mw(grid.network)
        self._of_bus: tuple[int, FloatArray] = (-1, np.zeros(0))

    def set_hour(self, hour: int) -> None:
        """Data of an hour."""
        grid = self.grid
        fixed = grid.network.generator.is_fixed
        self._fixed_injection = grid.fixed_injection_mw(np.array([hour]))[0]
        self._output = unit_start_mw(grid.network)
        self._output[fixed] = grid.series.p_max_mw[hour, fixed]

    def of(self, group_mw: FloatArray, bus: int, p_mw: float) -> FloatArray:
        """State, dims (state,) [MW], with the output of every group and MW taken at a bus."""
        grid, layout = self.grid, self.grid.outages.layout
        injection = self._fixed_injection + group_mw @ self._injection
        injection[bus] -= p_mw
        state = np.zeros(len(layout))
        state[: layout.n_branch] = grid.factors.flow_mw(injection[None, :])[0] + grid.factors.shift_mw
        state[layout.generator : layout.dc_line] = self._output
        state[layout.generator + self._unit_at] += group_mw[self._unit]
        state[layout.dc_line + self._line_at] = group_mw[self._line]
        return state

    def after_campus_loss(self, state: FloatArray, bus: int, p_mw: float) -> FloatArray:
        """Flows, dims (branch,) [MW], once the MW at the bus are gone and the units that pick up give as much less."""
        grid = self.grid
        if self._of_bus[0] != bus:
            injection = np.zeros((1, len(grid.network.bus)))
            injection[0, bus] = 1.0
            self._of_bus = (bus, grid.factors.flow_mw(injection)[0])
        back = self._of_bus[1] - grid.outages.share_flow
        return np.asarray(state[: grid.outages.layout.n_branch] + p_mw * back)

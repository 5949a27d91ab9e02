"""Nets of pandapower that hold every element and option the reader converts, made in code."""

from __future__ import annotations

from typing import Any

import pandapower as pp


def every_element() -> Any:
    """Net of 380/110/20 kV with all elements that become part of the flow, each with odd values."""
    net = pp.create_empty_network(sn_mva=10.0, f_hz=60.0)
    kv = [380.0, 380.0, 110.0, 110.0, 110.0, 20.0, 20.0, 20.0, 110.0, 110.0]
    for k, vn_kv in enumerate(kv):
        pp.create_bus(net, vn_kv, name=f"B{k}", min_vm_pu=0.9, max_vm_pu=1.1, zone="north", index=3 * k)
    pp.create_ext_grid(net, 0, vm_pu=1.02, max_p_mw=500, min_p_mw=-500)
    pp.create_gen(net, 6, p_mw=50, vm_pu=1.01, max_p_mw=80, min_p_mw=10, min_q_mvar=-90, max_q_mvar=90, scaling=0.8)
    pp.create_sgen(net, 21, p_mw=4, q_mvar=-1, scaling=0.5, controllable=True, min_p_mw=0, max_p_mw=5)
    pp.create_sgen(net, 18, p_mw=2, q_mvar=0.3)
    pp.create_load(net, 9, p_mw=30, q_mvar=8, scaling=1.1)
    pp.create_load(net, 21, p_mw=6, q_mvar=2)
    pp.create_load(net, 18, p_mw=100, q_mvar=2, in_service=False)
    pp.create_motor(net, 18, pn_mech_mw=1.5, cos_phi=0.9, efficiency_percent=92, loading_percent=80, scaling=1.2)
    pp.create_asymmetric_load(net, 15, p_a_mw=0.3, p_b_mw=0.2, p_c_mw=0.5, q_a_mvar=0.1, scaling=0.9)
    pp.create_shunt(net, 9, q_mvar=-12, p_mw=0.2, vn_kv=115, step=2)
    pp.create_ward(net, 12, ps_mw=3, qs_mvar=1, pz_mw=2, qz_mvar=-1)
    pp.create_xward(net, 24, ps_mw=4, qs_mvar=1, pz_mw=1, qz_mvar=0.5, r_ohm=2.0, x_ohm=15.0, vm_pu=1.0)
    _add_lines(net)
    _add_transformers(net)
    _add_switches(net)
    pp.create_impedance(
        net, 9, 24, rft_pu=0.01, xft_pu=0.06, sn_mva=80, gf_pu=0.002, bf_pu=0.03, gt_pu=0.001, bt_pu=0.05
    )
    pp.create_poly_cost(net, 0, "ext_grid", cp0_eur=5, cp1_eur_per_mw=30, cp2_eur_per_mw2=0.02)
    pp.create_poly_cost(net, 0, "gen", cp1_eur_per_mw=20, cq1_eur_per_mvar=1)
    pp.create_pwl_cost(net, 0, "sgen", [[0, 2, 1.5], [2, 5, 4.0]])
    pp.create_poly_cost(net, 0, "load", cp1_eur_per_mw=-9)
    return net


def _add_lines(net: Any) -> None:
    typical = {"r_ohm_per_km": 0.06, "x_ohm_per_km": 0.4, "c_nf_per_km": 9.0, "max_i_ka": 0.6}
    pp.create_line_from_parameters(net, 0, 3, 50, **typical, max_loading_percent=80, df=0.9, parallel=2)
    pp.create_line_from_parameters(net, 6, 9, 20, **typical, g_us_per_km=0.8)
    pp.create_line_from_parameters(net, 9, 12, 30, **typical)
    pp.create_line_from_parameters(net, 6, 12, 25, **typical)
    pp.create_line_from_parameters(net, 12, 24, 15, **typical, g_us_per_km=0.3)
    pp.create_line_from_parameters(net, 15, 18, 5, **typical)
    pp.create_line_from_parameters(net, 6, 24, 40, **typical, in_service=False)


def _add_transformers(net: Any) -> None:
    typical = {"sn_mva": 150, "vk_percent": 12, "vkr_percent": 0.4, "pfe_kw": 90, "i0_percent": 0.2}
    pp.create_transformer_from_parameters(
        net, 3, 6, vn_hv_kv=390, vn_lv_kv=115, **typical, tap_side="hv", tap_pos=-3, tap_neutral=0,
        tap_step_percent=1.5, tap_step_degree=0.0, tap_changer_type="Ratio", max_loading_percent=90, parallel=2,
    )  # fmt: skip
    pp.create_transformer_from_parameters(
        net, 3, 6, vn_hv_kv=380, vn_lv_kv=110, **typical, tap_side="lv", tap_pos=2, tap_neutral=0,
        tap_step_percent=1.0, tap_step_degree=60.0, tap_changer_type="Symmetrical",
        leakage_resistance_ratio_hv=0.3, leakage_reactance_ratio_hv=0.7,
    )  # fmt: skip
    pp.create_transformer_from_parameters(
        net, 12, 15, vn_hv_kv=110, vn_lv_kv=21, **(typical | {"sn_mva": 40}), shift_degree=150, tap_side="hv",
        tap_pos=4, tap_neutral=1, tap_step_percent=0.0, tap_step_degree=1.2, tap_changer_type="Ideal", df=0.95,
    )  # fmt: skip
    pp.create_transformer_from_parameters(net, 3, 6, vn_hv_kv=380, vn_lv_kv=110, **typical)
    for column in ("leakage_resistance_ratio_hv", "leakage_reactance_ratio_hv"):
        net.trafo[column] = net.trafo[column].fillna(0.5)
    pp.create_transformer3w_from_parameters(
        net, 9, 18, 21, vn_hv_kv=112, vn_mv_kv=20, vn_lv_kv=20.5, sn_hv_mva=63, sn_mv_mva=40, sn_lv_mva=25,
        vk_hv_percent=11, vk_mv_percent=11.5, vk_lv_percent=10, vkr_hv_percent=0.3, vkr_mv_percent=0.31,
        vkr_lv_percent=0.34, pfe_kw=30, i0_percent=0.1, shift_mv_degree=150, shift_lv_degree=30, tap_side="mv",
        tap_pos=2, tap_neutral=0, tap_step_percent=1.25, tap_step_degree=0.0, tap_changer_type="Ratio",
    )  # fmt: skip


def _add_switches(net: Any) -> None:
    pp.create_switch(net, 24, 27, et="b", closed=True)
    pp.create_switch(net, 9, 27, et="b", closed=False)
    pp.create_load(net, 27, p_mw=7, q_mvar=1)
    pp.create_switch(net, 12, 3, et="l", closed=False)
    pp.create_switch(net, 6, 3, et="t", closed=False)


def star_point_tap(side: str, *, opened: str = "") -> Any:
    """Net of one three-winding transformer with its tap changer at the star point."""
    net = every_element()
    net.trafo3w["tap_side"] = side
    net.trafo3w["tap_at_star_point"] = True
    net.trafo3w["tap_step_degree"] = 20.0
    if opened:
        net.load.loc[net.load.bus == 21, "in_service"] = False
        net.sgen.loc[net.sgen.bus == 21, "in_service"] = False
        pp.create_switch(net, {"lv": 21}[opened], 0, et="t3", closed=False)
    return net


def dc_line_net(p_mw: float) -> Any:
    """Two ac areas with slacks of their own bus joined by a dc line and a weak ac line."""
    net = pp.create_empty_network(sn_mva=100.0)
    for _ in range(3):
        pp.create_bus(net, 230.0)
    pp.create_ext_grid(net, 0, vm_pu=1.01)
    for ends in ((0, 1), (1, 2)):
        pp.create_line_from_parameters(net, *ends, 60, r_ohm_per_km=0.05, x_ohm_per_km=0.4, c_nf_per_km=9, max_i_ka=1)
    pp.create_load(net, 1, p_mw=120, q_mvar=20)
    pp.create_load(net, 2, p_mw=60, q_mvar=10)
    pp.create_dcline(net, 0, 2, p_mw=p_mw, loss_percent=1.5, loss_mw=0.4, vm_from_pu=1.01, vm_to_pu=1.0, max_p_mw=60)
    return net

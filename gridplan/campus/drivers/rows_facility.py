"""Parameters of the facility: overhead of the building, delivery of the contract."""

from __future__ import annotations

from gridplan.campus.drivers.parameter import Parameter, Scope, Status

_MEMORY = "usual design figures, from memory; no public measurement of a fleet"
_ECONOMISER = "usual design figures, from memory; split by kind of cooling so that free cooling ends below full cooling"
_COP = "public campus simulators use 5.37 for room air coolers and 11.7 for liquid cooling; mode from memory"

_ROWS: tuple[tuple[str, tuple[float, float, float], str, tuple[float, float], Scope, str, Status, str], ...] = (
    # key | P10, mode, P90 | unit | least, most | scope | source | status | meaning
    ("liquid.electrical_loss_frac", (0.03, 0.05, 0.08), "1", (0.0, 0.3), "campus", _MEMORY, "assumption",
     "losses of transformers, UPS and distribution per power of the IT equipment, liquid cooling"),
    ("liquid.fan_frac", (0.02, 0.03, 0.06), "1", (0.0, 0.3), "campus", _MEMORY, "assumption",
     "fans and pumps per power of the IT equipment, liquid cooling"),
    ("liquid.economizer_below_c", (22.0, 25.0, 28.0), "degC", (15.0, 29.0), "campus", _ECONOMISER, "assumption",
     "outdoor temperature up to which no chiller runs, liquid cooling"),
    ("liquid.mechanical_above_c", (33.0, 35.0, 38.0), "degC", (31.0, 45.0), "campus", _ECONOMISER, "assumption",
     "outdoor temperature from which chillers take all heat, liquid cooling"),
    ("liquid.cop_35c", (4.0, 6.0, 11.7), "1", (1.5, 20.0), "campus", _COP, "literature",
     "heat removed per electricity of the chillers at 35 degC outdoors, liquid cooling"),
    ("air.electrical_loss_frac", (0.05, 0.07, 0.10), "1", (0.0, 0.3), "campus", _MEMORY, "assumption",
     "losses of transformers, UPS and distribution per power of the IT equipment, air cooling"),
    ("air.fan_frac", (0.04, 0.06, 0.09), "1", (0.0, 0.3), "campus", _MEMORY, "assumption",
     "fans and pumps per power of the IT equipment, air cooling"),
    ("air.economizer_below_c", (10.0, 12.0, 15.0), "degC", (5.0, 19.0), "campus", _ECONOMISER, "assumption",
     "outdoor temperature up to which no chiller runs, air cooling"),
    ("air.mechanical_above_c", (24.0, 27.0, 30.0), "degC", (21.0, 40.0), "campus", _ECONOMISER, "assumption",
     "outdoor temperature from which chillers take all heat, air cooling"),
    ("air.cop_35c", (3.5, 4.5, 5.4), "1", (1.5, 20.0), "campus", _COP, "assumption",
     "heat removed per electricity of the chillers at 35 degC outdoors, air cooling"),
    ("auxiliary_frac", (0.002, 0.005, 0.015), "1", (0.0, 0.1), "campus",
     "lighting, offices, security and water treatment; engineering judgement", "assumption",
     "load that does not follow the IT equipment, per MW of contract"),
    ("in_service_delay_days", (0.0, 180.0, 365.0), "d", (0.0, 1825.0), "campus",
     "ERCOT plans with 180 days and has observed 220 days on average", "literature",
     "days from the date asked for to the first MW"),
    ("ramp_years", (1.5, 2.5, 5.0), "a", (0.1, 15.0), "campus",
     "Dominion Energy: 4 to 5 years in the past, now 2 to 3 years", "literature",
     "years from the first MW to the full load"),
    ("realisation_frac", (0.40, 0.50, 0.75), "1", (0.0, 1.0), "campus",
     "ERCOT measured 0.498 of the MW asked for; LBNL 2024 implies 0.50 (325 TWh of 74 GW, 580 TWh of 132 GW)",
     "literature", "part of the contract that is ever used"),
)  # fmt: skip

_FIXED: tuple[tuple[str, float, str, float, Scope, str], ...] = (
    # key | value | unit | most | scope | meaning
    ("deployment_delay_months", 0.0, "month", 120.0, "world",
     "further delay from scarce workers and missing standards, beyond the delay observed today"),
    ("refresh_year", 2031.0, "a", 2200.0, "campus", "year in which new hardware takes the place of the first"),
    ("refresh_density_gain", 1.0, "1", 4.0, "campus", "MW per floor space after the refresh, relative to before"),
)  # fmt: skip

FACILITY: tuple[Parameter, ...] = (
    *(
        Parameter(
            key=f"facility.{key}",
            low=points[0],
            mode=points[1],
            high=points[2],
            unit=unit,
            distribution="triangular",
            least=bounds[0],
            most=bounds[1],
            scope=scope,
            source=source,
            status=status,
            meaning=meaning,
        )
        for key, points, unit, bounds, scope, source, status, meaning in _ROWS
    ),
    *(
        Parameter(
            key=f"facility.{key}",
            low=value,
            mode=value,
            high=value,
            unit=unit,
            distribution="fixed",
            most=most,
            scope=scope,
            source="no effect unless a driver pack or a study says otherwise",
            status="choice",
            meaning=meaning,
        )
        for key, value, unit, most, scope, meaning in _FIXED
    ),
)
"""Overhead and delivery of a campus."""

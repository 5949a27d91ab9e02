"""The grid side of a study: base case, planning criteria and prices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from gridplan.study.contingency_criteria import Contingencies
from gridplan.study.fields import Part, PerClass, about, default
from gridplan.study.quantity import (
    Day,
    Flag,
    Fraction,
    Growth,
    Id,
    Mw,
    Name,
    NotNegative,
    Positive,
    PositiveFraction,
    PositiveMva,
    Year,
    fault,
)

_PRICES = "prices.computing_value_usd_per_mwh"


class CommittedLoad(Part):
    """Load of the prior queue: connected before the campuses of this study."""

    id: Annotated[Id, about("name of the load")]
    bus: Annotated[Name, about("bus id of the network")]
    p_mw: Annotated[Mw, about("load in every hour", "MW")]
    from_year: Annotated[Year, about("first year of the load")]


class Retirement(Part):
    """Unit that leaves service."""

    generator: Annotated[Name, about("unit id of the network")]
    from_year: Annotated[Year, about("first year without the unit")]


class CommittedUpgrade(Part):
    """Higher rating already decided, whatever this study finds."""

    branch: Annotated[Name, about("branch id of the network")]
    rating_normal_mva: Annotated[PositiveMva, about("rating of the intact network", "MVA")]
    rating_emergency_mva: Annotated[PositiveMva, about("rating after an outage", "MVA")]
    in_service: Annotated[Day, about("first day in service")]


def _one_weather_year(years: tuple[int, ...]) -> tuple[int, ...]:
    if len(years) != 1:
        message = f"{len(years)} weather years are given; studies of several weather years are not available yet"
        raise fault("GP-STU-003", message, "give one weather year")
    return years


class BaseCase(Part):
    """Grid before the campuses: date, growth, weather, prior queue and decided changes."""

    source_date: Annotated[Day | None, about("date of the base case")] = None
    load_growth_frac_per_year: Growth | None = default("base_case.load_growth_frac_per_year")
    reference_year: Year = default("base_case.reference_year")
    weather_years: Annotated[tuple[Year, ...], AfterValidator(_one_weather_year)] = default("base_case.weather_years")
    committed_loads: Annotated[tuple[CommittedLoad, ...], about("prior queue")] = ()
    retirements: Annotated[tuple[Retirement, ...], about("units that leave service")] = ()
    committed_upgrades: Annotated[tuple[CommittedUpgrade, ...], about("upgrades already decided")] = ()

    def load_scale(self, year: int) -> float:
        """Native load of ``year`` per load of the reference year: (1 + growth)^(year - reference)."""
        growth = self.load_growth_frac_per_year or 0.0
        return float((1.0 + growth) ** (year - self.reference_year))


class Voltage(Part):
    """Voltage limits of the AC check, per unit of nominal."""

    intact: tuple[Positive, Positive] = default("criteria.voltage_pu.intact")
    after_outage: tuple[Positive, Positive] = default("criteria.voltage_pu.after_outage")
    step_max: PositiveFraction = default("criteria.voltage_pu.step_max")


class SubtransientReactance(Part):
    """Subtransient reactance X'' of machines on their own MVA, for faults; units behind inverters feed none."""

    turbine: Positive = default("criteria.load_loss.x_subtransient_pu.turbine")
    hydro: Positive = default("criteria.load_loss.x_subtransient_pu.hydro")


class LoadLossCriterion(Part):
    """Most load of the campuses that one fault may trip at once, with the voltage it trips at."""

    limit_mw: Annotated[Mw, about("most campus load one fault may trip; ERCOT studies a loss of 2,600 MW", "MW")]
    voltage_trip_pu: PositiveFraction = default("criteria.load_loss.voltage_trip_pu")
    x_subtransient_pu: SubtransientReactance = Field(default_factory=SubtransientReactance)


def _reserve_kind(value: object) -> str:
    return "word" if isinstance(value, str) and value[:1].isalpha() else "mw"


Reserve = Annotated[
    Annotated[Literal["largest_unit"], Tag("word")] | Annotated[Mw, Tag("mw")],
    Discriminator(_reserve_kind),
]


class Criteria(Part):
    """What counts as secure."""

    security: Literal["n-1", "n-0"] = default("criteria.security")
    contingencies: Contingencies = Field(default_factory=Contingencies)
    commitment: Literal["relaxed", "must_run"] = default("criteria.commitment")
    must_run: Annotated[tuple[Name, ...], about("units of commitment: must_run")] = ()
    pre_existing: Literal["no_worsening", "set_aside", "fix_first"] = default("criteria.pre_existing")
    dc_convention: Literal["matpower", "powermodels"] = default("criteria.dc_convention")
    dc_rating_factor: PositiveFraction = default("criteria.dc_rating_factor")
    dc_rating_factor_by_branch: Annotated[
        dict[Name, PositiveFraction],
        about("factor of single branches, as the AC check found it, in place of the common one"),
    ] = Field(default_factory=dict)
    short_time_min: NotNegative = default("criteria.short_time_min")
    distribution_factor_cutoff_frac: Fraction = default("criteria.distribution_factor_cutoff_frac")
    voltage_pu: Voltage = Field(default_factory=Voltage)
    reserve_mw: Reserve = default("criteria.reserve_mw")
    accept_radial_supply: Flag = default("criteria.accept_radial_supply")
    load_basis: Literal["contract", "modelled"] = default("criteria.load_basis")
    load_loss: Annotated[
        LoadLossCriterion | None, about("limit of campus load that one fault may trip; absent: not studied")
    ] = None


class ComputingValue(PerClass):
    """Price of lost work by workload class [USD/MWh]."""

    interactive: NotNegative = default(f"{_PRICES}.interactive")
    relaxed: NotNegative = default(f"{_PRICES}.relaxed")
    batch: NotNegative = default(f"{_PRICES}.batch")
    finetune: NotNegative = default(f"{_PRICES}.finetune")
    pretrain: NotNegative = default(f"{_PRICES}.pretrain")


class Prices(Part):
    """Prices of what should not happen; overload > unserved > every computing value."""

    unserved_usd_per_mwh: Positive = default("prices.unserved_usd_per_mwh")
    overload_usd_per_mwh: Positive = default("prices.overload_usd_per_mwh")
    renewable_curtailment_usd_per_mwh: NotNegative = default("prices.renewable_curtailment_usd_per_mwh")
    unconnected_usd_per_mw_year: Positive = default("prices.unconnected_usd_per_mw_year")
    computing_value_usd_per_mwh: ComputingValue = Field(default_factory=ComputingValue)

"""Transformers of a PSS/E RAW file in MATPOWER's branch model.

PSS/E states an ideal ratio on every winding, ``v1/t1 - z i = v2/t2``. With the ratio moved to winding 1,
``tap = t1/t2`` and ``z' = z t2^2``. A transformer of three windings becomes a star of three branches, each with its own
ratio at its bus; magnetising admittance becomes a shunt at the bus of winding 1.
Source: Siemens PTI, PSS/E Program Operation Manual, transformer data; Zimmerman2011 for the branch model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridplan.network.psse.text import Faults, Record
from gridplan.network.psse.values import ValueReader

_OUT_OF_SERVICE = {0: (1, 2, 3), 1: (), 2: (2,), 3: (3,), 4: (1,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Winding:
    """One branch of a transformer, from the bus of the winding to the other bus or to the star.

    ``tap_ratio`` and ``shift_degree`` stand at the from end; ``r_pu``, ``x_pu`` on the base of the system.
    """

    bus: str
    r_pu: float
    x_pu: float
    tap_ratio: float
    shift_degree: float
    ratings_mva: tuple[float, float, float]
    in_service: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """A transformer of two windings (one ``Winding``) or three (three of them, to a star)."""

    line: int
    name: str
    circuit: str
    windings: tuple[Winding, ...]
    to_bus: str
    g_pu: float
    b_pu: float
    is_magnetised: bool
    star_vm_pu: float
    star_va_degree: float
    has_control: bool
    has_correction: bool


class TransformerReader:
    """Reads transformer records of one file.

    Parameters
    ----------
    values : ValueReader
    base_mva : float
        Base power of the system.
    base_kv : mapping of bus number to float
        Base voltage of the buses.
    """

    def __init__(self, values: ValueReader, base_mva: float, base_kv: Mapping[int, float]) -> None:
        self.values, self.base_mva, self.base_kv = values, base_mva, base_kv

    @property
    def faults(self) -> Faults:
        """Findings of the file."""
        return self.values.faults

    def read(self, records: list[Record]) -> list[Transformer]:
        """Transformers without a fault."""
        heads = {
            line.number: values
            for line, values in self.values.read_all("transformer", [record[0] for record in records if record])
        }
        found = [self._transformer(heads.get(record[0].number), record) for record in records if record]
        return [transformer for transformer in found if transformer is not None]

    def _transformer(self, head: dict[str, Any] | None, record: Record) -> Transformer | None:
        is_three = len(record) == 5
        impedance = self.values.read("impedance 3" if is_three else "impedance 2", record[1])
        kinds = ("winding", "winding", "winding") if is_three else ("winding", "winding 2")
        windings = [self.values.read(kind, line) for kind, line in zip(kinds, record[2:], strict=True)]
        if head is None or impedance is None or any(winding is None for winding in windings):
            return None
        rows = [winding for winding in windings if winding is not None]
        head["line"] = record[0].number
        if not self._codes_are_known(head, is_three):
            return None
        return self._three(head, impedance, rows) if is_three else self._two(head, impedance, rows)

    def _codes_are_known(self, head: dict[str, Any], is_three: bool) -> bool:
        allowed = {"CW": (1, 2, 3), "CZ": (1, 2, 3), "CM": (1, 2), "STAT": (0, 1, 2, 3, 4) if is_three else (0, 1)}
        wrong = [name for name, codes in allowed.items() if head[name] not in codes]
        for name in wrong:
            message = f"{name} is {head[name]}; {', '.join(map(str, allowed[name]))} are known"
            self._error("GP-TRF-001", head, message, f"write a {name} that PSS/E knows", name)
        return not wrong

    def _two(self, head: dict[str, Any], z: dict[str, Any], rows: list[dict[str, Any]]) -> Transformer | None:
        t1 = self._ratio(head, head["I"], rows[0]["WINDV"], rows[0]["NOMV"], 1)
        t2 = self._ratio(head, head["J"], rows[1]["WINDV"], rows[1]["NOMV"], 2)
        pair = self._impedance(head, z["R12"], z["X12"], z["SBASE12"], head["I"], rows[0]["NOMV"], "1-2")
        if t1 is None or t2 is None or pair is None:
            return None
        scale = t2 * t2
        winding = self._winding(head["I"], rows[0], (pair[0] * scale, pair[1] * scale), t1 / t2, head["STAT"] == 1)
        return self._made(head, (winding,), str(head["J"]), rows, z)

    def _three(self, head: dict[str, Any], z: dict[str, Any], rows: list[dict[str, Any]]) -> Transformer | None:
        buses = (head["I"], head["J"], head["K"])
        ratios = [self._ratio(head, bus, row["WINDV"], row["NOMV"], k + 1) for k, (bus, row) in _counted(buses, rows)]
        pairs = [
            self._impedance(head, z[f"R{ends}"], z[f"X{ends}"], z[f"SBASE{ends}"], bus, row["NOMV"], ends)
            for ends, bus, row in zip(("12", "23", "31"), buses, rows, strict=True)
        ]
        if None in ratios or None in pairs:
            return None
        z12, z23, z31 = (complex(*pair) for pair in pairs if pair is not None)
        star = ((z12 + z31 - z23) / 2, (z12 + z23 - z31) / 2, (z23 + z31 - z12) / 2)
        out = _OUT_OF_SERVICE[head["STAT"]]
        windings = tuple(
            self._winding(bus, row, (leg.real, leg.imag), float(ratio or 1.0), k + 1 not in out)
            for k, (bus, row, leg, ratio) in enumerate(zip(buses, rows, star, ratios, strict=True))
        )
        return self._made(head, windings, "", rows, z)

    def _made(
        self,
        head: dict[str, Any],
        windings: tuple[Winding, ...],
        to_bus: str,
        rows: list[dict[str, Any]],
        z: dict[str, Any],
    ) -> Transformer | None:
        magnetising = self._magnetising(head, rows[0]["NOMV"], z["SBASE12"])
        if magnetising is None:
            return None
        return Transformer(
            line=head["line"],
            name=head["NAME"],
            circuit=head["CKT"] or "1",
            windings=windings,
            to_bus=to_bus,
            g_pu=magnetising[0],
            b_pu=magnetising[1],
            # PSS/E draws the magnetising current at winding 1; where that is open, it draws none there.
            is_magnetised=windings[0].in_service,
            star_vm_pu=z.get("VMSTAR") or 1.0,
            star_va_degree=z.get("ANSTAR") or 0.0,
            has_control=any(row.get("COD") for row in rows),
            has_correction=any(row.get("TAB") for row in rows),
        )

    @staticmethod
    def _winding(bus: int, row: dict[str, Any], z: tuple[float, float], tap: float, in_service: bool) -> Winding:
        return Winding(
            bus=str(bus),
            r_pu=z[0],
            x_pu=z[1],
            tap_ratio=tap,
            shift_degree=row["ANG"],
            ratings_mva=(row["RATE1"], row["RATE2"], row["RATE3"]),
            in_service=in_service,
        )

    def _ratio(self, head: dict[str, Any], bus: int, windv: float, nomv: float, winding: int) -> float | None:
        """Ratio of a winding in pu of the base voltage of its bus."""
        if windv <= 0:
            self._error("GP-TRF-001", head, f"WINDV{winding} is {windv:g}", "write a ratio above 0", f"WINDV{winding}")
            return None
        if head["CW"] == 1 or (head["CW"] == 3 and nomv == 0):
            return windv
        kv = self._kv(head, bus, f"CW = {head['CW']}")
        if kv is None:
            return None
        return windv / kv if head["CW"] == 2 else windv * nomv / kv

    def _impedance(
        self, head: dict[str, Any], r: float, x: float, sbase: float, bus: int, nomv: float, ends: str
    ) -> tuple[float, float] | None:
        """Impedance between two windings in pu of the system, at the base voltage of the bus."""
        if head["CZ"] == 1:
            return r, x
        if sbase <= 0:
            message = f"SBASE{ends} is {sbase:g} MVA and CZ = {head['CZ']} needs it"
            self._error("GP-TRF-001", head, message, "write the base power of the winding", f"SBASE{ends}")
            return None
        if head["CZ"] == 3:
            r = r / 1e6 / sbase
            if abs(x) < abs(r):
                message = f"load loss of {r:g} pu exceeds the impedance of {x:g} pu between windings {ends}"
                self._error("GP-TRF-001", head, message, "with CZ = 3, R is in W and X is |Z| in pu", f"X{ends}")
                return None
            x = (x * x - r * r) ** 0.5 * (1 if x > 0 else -1)
        scale = self._voltage_scale(head, bus, nomv, f"impedance between windings {ends}")
        return None if scale is None else (r * self.base_mva / sbase * scale, x * self.base_mva / sbase * scale)

    def _magnetising(self, head: dict[str, Any], nomv: float, sbase: float) -> tuple[float, float] | None:
        """Magnetising admittance at the bus of winding 1, in pu of the system."""
        g, b = head["MAG1"], head["MAG2"]
        if head["CM"] == 1 or (g == 0 and b == 0):
            return g, b
        if sbase <= 0:
            message = f"SBASE12 is {sbase:g} MVA and CM = 2 needs it"
            self._error("GP-TRF-001", head, message, "write the base power of the winding", "SBASE12")
            return None
        g = g / 1e6 / sbase
        if abs(b) < abs(g):
            message = f"no-load loss of {g:g} pu exceeds the exciting current of {b:g} pu"
            self._error("GP-TRF-001", head, message, "with CM = 2, MAG1 is in W and MAG2 in pu of SBASE1-2", "MAG2")
            return None
        scale = self._voltage_scale(head, head["I"], nomv, "magnetising admittance")
        return None if scale is None else _scaled(g, -((b * b - g * g) ** 0.5), sbase / self.base_mva / scale)

    def _voltage_scale(self, head: dict[str, Any], bus: int, nomv: float, what: str) -> float | None:
        """``(nominal kV of the winding / base kV of its bus)^2``; 1 where no nominal kV is given."""
        if nomv == 0:
            return 1.0
        kv = self._kv(head, bus, "a nominal voltage")
        if kv is None:
            return None
        scale = (nomv / kv) ** 2
        if abs(scale - 1) > 1e-9:
            message = (
                f"the {what} of {_named(head)} is on {nomv:g} kV and bus {bus} on {kv:g} kV; it was multiplied by"
                f" {scale:.6g}, as the manual says; some programs leave this out"
            )
            remedy = "state impedances on the base of the system (CZ = 1, CM = 1) to be read alike everywhere"
            self.faults.warning("GP-TRF-004", message, remedy, head["line"], "transformer NOMV1")
        return scale

    def _kv(self, head: dict[str, Any], bus: int, why: str) -> float | None:
        kv = self.base_kv.get(bus)
        if kv is None:
            self._error(
                "GP-TOP-005", head, f"{_named(head)} hangs on bus {bus}, which is not in the file", "add it", "I"
            )
        elif kv <= 0:
            message = f"{_named(head)} has {why}, and bus {bus} states a base of {kv:g} kV"
            self._error("GP-PU-002", head, message, "state BASKV of the bus", "NOMV1")
            kv = None
        return kv

    def _error(self, code: str, head: dict[str, Any], message: str, remedy: str, name: str) -> None:
        self.faults.error(code, message, remedy, head["line"], 1, f"transformer {name}")


def _scaled(g: float, b: float, scale: float) -> tuple[float, float]:
    """Conductance and susceptance times a factor."""
    return g * scale, b * scale


def _counted(buses: tuple[int, ...], rows: list[dict[str, Any]]) -> enumerate[tuple[int, dict[str, Any]]]:
    return enumerate(zip(buses, rows, strict=True))


def _named(head: dict[str, Any]) -> str:
    ends = "-".join(str(bus) for bus in (head["I"], head["J"], head["K"]) if bus)
    return f"transformer {ends}_{head['CKT'] or '1'}"

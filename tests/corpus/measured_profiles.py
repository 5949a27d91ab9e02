"""Damaged metered profiles of a campus and of its workload classes, beside a sound study of one day."""

from __future__ import annotations

from collections.abc import Mapping

from tests.corpus.damage import Damaged, swap

BASE = "two_campuses.yaml"
METER = "time,chat_mw,train_mw\n" + "".join(f"2020-07-01T{h:02d}:00,{5 + h / 12:g},3.5\n" for h in range(24))
CHAT = "{file: meter.csv, column: chat_mw, timezone: America/Phoenix, stamp: hour_beginning, unit: MW, scaling: clip}"
CAMPUS = CHAT.replace("clip", "scale_to_contract")
SHARES = "      shares: {interactive: 0.5, batch: 0.3, pretrain: 0.2}\n"


def metered(
    name: str,
    code: str,
    old: str = "",
    new: str = "",
    *,
    form: str = f"{{interactive: {CHAT}}}",
    meter: str = METER,
    severity: str = "error",
    beside: Mapping[str, str] | None = None,
) -> Damaged:
    """Study with a measured profile, where ``old`` of its key becomes ``new``."""
    assert old in form
    key = f"{SHARES}      measured: {form.replace(old, new) if old else form}\n"
    files = {"meter.csv": meter, **(beside or {})}
    return Damaged(name=name, code=code, base=BASE, changes=(swap(SHARES, key),), beside=files, severity=severity)


def rows(old: str, new: str) -> str:
    assert old in METER
    return METER.replace(old, new, 1)


MEASURED = (
    metered("profile without a time zone", "GP-STU-001", "timezone: America/Phoenix, "),
    metered("profile of no zone", "GP-TIM-005", "America/Phoenix", "America/Fenix"),
    metered("profile without scaling", "GP-STU-001", ", scaling: clip"),
    metered("profile in no unit of power", "GP-STU-002", "unit: MW", "unit: MWh"),
    metered("profile of no class", "GP-YML-001", "interactive", "interactve"),
    metered("profile of campus and class", "GP-YML-001", "{interactive", "{file: meter.csv, interactive"),
    metered("class without its profile", "GP-STU-001", form="{interactive: }"),
    metered("profile of a class without share", "GP-CAM-003", "interactive", "finetune"),
    metered("profile above the share of its class", "GP-CAM-003", "clip", "as_measured", meter=rows(",5,", ",10.5,")),
    metered("profile column misspelt", "GP-TAB-001", "chat_mw", "chat_nw"),
    metered("profile in kW called MW", "GP-VAL-003", meter=rows(",5,", ",5000,")),
    metered("profile below zero", "GP-VAL-002", meter=rows(",5,", ",-5,")),
    metered("profile with NaN", "GP-VAL-001", meter=rows(",5,", ",NaN,")),
    metered("profile with text", "GP-VAL-001", meter=rows(",5,", ",offline,")),
    metered("profile with an empty cell", "GP-VAL-001", meter=rows(",5,", ",,")),
    metered("profile of another year", "GP-TIM-003", meter=METER.replace("2020-", "2019-")),
    metered("profile of other hours", "GP-TIM-003", meter=rows("2020-07-01T00:00,5,3.5\n", "")),
    metered("profile with an hour twice", "GP-TIM-002", meter=rows("T01:00", "T00:00")),
    metered("profile of minutes", "GP-TIM-002", meter=METER.replace("T", "T00:").replace(":00,", ",")),
    metered("profile of zeros", "GP-VAL-005", "chat_mw", "train_mw", meter=METER.replace("3.5", "0")),
    metered("profile that is not there", "GP-ENC-002", "meter.csv", "metre.csv"),
    metered("profile out of the folder", "GP-SEC-001", "meter.csv", "../meter.csv"),
    metered("profile that is no netCDF", "GP-ENC-002", "meter.csv", "meter.nc", beside={"meter.nc": "none"}),
    metered("scenario of a CSV file", "GP-STU-009", "clip", "clip, scenario: 3", severity="warning"),
    metered("profile beside a load factor", "GP-STU-009", form=CAMPUS, severity="warning"),
)

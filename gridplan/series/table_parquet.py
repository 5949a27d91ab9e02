"""Hourly Parquet file, through the optional library pyarrow (extra ``parquet``).

Comes in: an HourlySpec. Goes out: a RawTable whose stamps are times or text. Only plain columns are read, never
objects, so that no file can run code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, RawTable
from gridplan.series.table_csv import chosen_columns
from gridplan.text_file import MAX_FILE_BYTES, missing_file

REMEDY = "give a Parquet file with one column of times and one column of numbers for each element"
_MAX_VALUES = 20_000_000


def read_parquet(spec: HourlySpec, findings: FileFindings) -> RawTable:
    """Columns of a Parquet file.

    Raises
    ------
    InputError
        If pyarrow is missing, or the file is no Parquet file, lacks a column or holds something else than numbers.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        message = "reading Parquet needs the library pyarrow, which is not installed"
        remedy = "install it with: pip install 'gridplan-dc[parquet]'; or save the file as CSV"
        raise findings.refusal("GP-ENC-003", message, remedy) from None
    if not spec.path.is_file():
        raise missing_file(spec.path, REMEDY)
    if spec.path.stat().st_size > MAX_FILE_BYTES:
        raise findings.refusal("GP-SIZ-001", f"the file holds more than {MAX_FILE_BYTES:,} bytes", "give fewer data")
    try:
        with pq.ParquetFile(spec.path) as file:
            head = list(file.schema_arrow.names)
            time_at, wanted = chosen_columns(spec, head or [""], findings)
            if file.metadata.num_rows * (len(wanted) + 1) > _MAX_VALUES:
                message = f"the file holds more than {_MAX_VALUES:,} values"
                raise findings.refusal("GP-SIZ-001", message, "give fewer data")
            table = file.read(columns=[head[time_at], *dict.fromkeys(head[at] for _, at in wanted)])
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as reason:
        message = f"the file is no Parquet file, or is damaged: {str(reason)[:80]}"
        raise findings.refusal("GP-ENC-002", message, REMEDY) from None
    if not table.num_rows:
        raise findings.refusal("GP-ENC-002", "the file holds no row", REMEDY)
    stamps, is_utc = _stamps(table.column(head[time_at]), findings)
    line = np.arange(1, table.num_rows + 1)
    values = np.column_stack([_numbers(table.column(head[at]), head[at], findings) for _, at in wanted])
    return RawTable(names=tuple(name for name, _ in wanted), stamps=stamps, values=values, line=line, is_utc=is_utc)


def _stamps(column: Any, findings: FileFindings) -> tuple[Any, bool]:
    import pyarrow as pa

    if column.null_count:
        raise findings.refusal("GP-TIM-002", f"{column.null_count:,} rows have no time stamp", "give every row one")
    if pa.types.is_timestamp(column.type):
        times = column.cast(pa.timestamp("ns")).to_numpy().astype("datetime64[s]")
        return times, column.type.tz is not None
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return tuple(str(text).strip() for text in column.to_pylist()), False
    message = f"the column of times has type {column.type}"
    raise findings.refusal("GP-TIM-002", message, "store times as timestamps or as text")


def _numbers(column: Any, name: str, findings: FileFindings) -> FloatArray:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise findings.refusal("GP-VAL-001", f"column {name} has type {column.type}, not numbers", REMEDY)
    values = np.asarray(column.cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64)
    for row in np.flatnonzero(~np.isfinite(values)):
        message = f"column {name}: row {row + 1} holds no finite number"
        findings.error("GP-VAL-001", message, "fill the hour from another source", line=int(row) + 1, column=name)
    return values

"""Values kept and read again: equal to the last bit, layout included; nothing else is ever made of bytes."""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridplan.dispatch.grid import Limits, PlanPoint
from gridplan.errors import Place
from gridplan.store.codec import CodecError, decode, encode

NUMBERS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.just(float("inf"))
)
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(
            st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.integers())), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    found = decode(encode(value))
    assert found == value
    assert repr(found) == repr(value)


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)))
def test_arrays_come_back_bit_by_bit(array: np.ndarray[Any, Any]) -> None:
    found = decode(encode((array,)))[0]
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


@pytest.mark.parametrize(
    "array",
    [np.ones((3, 4)), np.ones((3, 4)).T, np.ones((6, 8))[::2, ::2], np.asfortranarray(np.ones((2, 3)))[:, :2]],
    ids=["rows", "columns", "strided", "part of columns"],
)
def test_layout_is_that_of_a_value_from_another_process(array: np.ndarray[Any, Any]) -> None:
    """Sums run along memory: another layout would give other last digits."""
    found, sent = decode(encode(array)), pickle.loads(pickle.dumps(array, protocol=5))
    assert found.strides == sent.strides


@pytest.mark.parametrize(
    "number",
    [
        np.float64(0.1),
        np.int64(-3),
        np.bool_(True),
        np.datetime64("2028-06-01T12", "ns"),
        np.str_("mesa"),
        np.float32(1),
    ],
)
def test_numbers_of_arrays_keep_their_type(number: np.generic) -> None:
    found = decode(encode([number]))[0]
    assert type(found) is type(number)
    assert found == number
    assert found.dtype == number.dtype


def test_dataclasses_come_back() -> None:
    point = PlanPoint(id="mesa", bus=3)
    limits = Limits(normal_mw=np.array([1.0, np.inf]), emergency_mw=np.array([2.0, 3.0]), short_time_mw=np.ones(2))
    found = decode(encode({(0, -1): point, (1, 2): limits}))
    assert found[(0, -1)] == point
    for field in dataclasses.fields(Limits):
        assert np.array_equal(getattr(found[(1, 2)], field.name), getattr(limits, field.name))


def test_the_same_value_gives_the_same_bytes() -> None:
    value = {"a": np.arange(1000.0), "b": (1, 2.5)}
    assert encode(value) == encode(value)


@dataclasses.dataclass(frozen=True)
class Stranger:
    """A dataclass of somebody else."""

    x: int = 0


@pytest.mark.parametrize("value", [object(), {1, 2}, Stranger(), np.array([object()]), Path("a"), print, {"a": [b"x"]}])
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(CodecError, match=r"cannot be kept|no class of gridplan"):
        encode(value)


def archive(tree: Any, **arrays: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("value.json", json.dumps(tree))
        for name, data in arrays.items():
            file.writestr(f"{name.removeprefix('n')}.npy", data)
    return buffer.getvalue()


def with_objects() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([print], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive",
        encode([1, 2])[:-9],
        archive({"array": 0}),
        archive({"array": 0}, n0=b"\x93NUMPY"),
        archive({"array": 0}, n0=with_objects()),
        archive({"number": ["|O", "00" * 8]}),
        archive({"number": ["<f8", "00"]}),
        archive({"class": "os:system", "fields": {"command": "true"}}),
        archive({"class": "subprocess:Popen", "fields": {"args": "true"}}),
        archive({"class": "gridplan.store.folder:os", "fields": {}}),
        archive({"class": "gridplan.store.folder:RunWriter", "fields": {"final": "x"}}),
        archive({"class": "gridplan.cli.main:main", "fields": {}}),
        archive({"class": "gridplan.no.such:Thing", "fields": {}}),
        archive({"class": "gridplan.dispatch.grid:PlanPoint", "fields": {"id": "mesa"}}),
        archive({"class": "gridplan.dispatch.grid:Network", "fields": {}}),
        archive({"else": 1}),
        archive({"tuple": [], "list": []}),
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


def test_places_of_findings_are_not_made_of_text() -> None:
    """A field of another type than written is refused when written, not guessed when read."""
    with pytest.raises(CodecError, match="Path"):
        encode(Place(file=Path("study.yaml")))

"""Damaged and hostile pandapower files: no code runs, nothing is accepted in silence, messages name the way out."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridplan.errors import InputError
from gridplan.network.json_guard import MAX_JSON_BYTES, MAX_NODES
from gridplan.network.pandapower.read import read_pandapower

ROOT = Path(__file__).resolve().parents[3]
FRAME = {"_module": "pandas.core.frame", "_class": "DataFrame"}


def table(columns: str, *rows: list[Any]) -> dict[str, Any]:
    content = {"columns": columns.split(), "index": list(range(len(rows))), "data": list(rows)}
    return {**FRAME, "_object": json.dumps(content), "orient": "split"}


def small_net() -> dict[str, Any]:
    """Hand-made file: two buses, a line, a transformer, a load, an external grid."""
    net = {
        "version": "3.5.6",
        "format_version": "3.3.0",
        "name": "hand",
        "f_hz": 50.0,
        "sn_mva": 100.0,
        "bus": table("name vn_kv in_service", ["a", 110.0, True], ["b", 110.0, True], ["c", 20.0, True]),
        "load": table("name bus p_mw q_mvar scaling in_service", ["l", 2, 20.0, 5.0, 1.0, True]),
        "ext_grid": table("name bus vm_pu va_degree in_service max_p_mw", ["e", 0, 1.0, 0.0, True, 100.0]),
        "line": table(
            "from_bus to_bus length_km r_ohm_per_km x_ohm_per_km c_nf_per_km g_us_per_km max_i_ka df parallel"
            " in_service",
            [0, 1, 10.0, 0.06, 0.4, 9.0, 0.0, 0.5, 1.0, 1, True],
        ),
        "trafo": table(
            "hv_bus lv_bus sn_mva vn_hv_kv vn_lv_kv vk_percent vkr_percent pfe_kw i0_percent shift_degree in_service",
            [1, 2, 40.0, 110.0, 20.0, 10.0, 0.3, 20.0, 0.1, 150.0, True],
        ),
        "poly_cost": table("element et cp0_eur cp1_eur_per_mw cp2_eur_per_mw2", [0, "ext_grid", 0.0, 30.0, 0.0]),
    }
    return {"_module": "pandapower.auxiliary", "_class": "pandapowerNet", "_object": net}


def cell(name: str, row: int, column: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        inner = json.loads(file["_object"][name]["_object"])
        inner["data"][row][inner["columns"].index(column)] = value
        file["_object"][name]["_object"] = json.dumps(inner)

    return change


def inner(name: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    def apply(file: dict[str, Any]) -> None:
        content = json.loads(file["_object"][name]["_object"])
        change(content)
        file["_object"][name]["_object"] = json.dumps(content)

    return apply


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda file: file["_object"].__setitem__(key, value)


def typed(module: Any, kind: Any) -> dict[str, Any]:
    return {"_module": module, "_class": kind, "_object": "{}"}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def onion(layers: int) -> Any:
    value: Any = {"a": 1}
    for _ in range(layers):
        value = {**FRAME, "_object": json.dumps(value)}
    return value


# name -> change, code, a word of the place or the message
HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "eval": (put("x", typed("builtins", "eval")), "GP-SEC-002", "$.x._module"),
    "exec": (put("x", typed("builtins", "exec")), "GP-SEC-002", "$.x._module"),
    "os.system": (put("x", typed("os", "system")), "GP-SEC-002", "$.x._module"),
    "subprocess": (put("x", typed("subprocess", "Popen")), "GP-SEC-002", "$.x._module"),
    "module of the folder, hook": (put("x", typed("evil_module", "hook")), "GP-SEC-002", "$.x._module"),
    "module of the folder, function": (put("x", typed("evil_module", "function")), "GP-SEC-002", "$.x._module"),
    "function of a listed module": (put("x", typed("numpy", "function")), "GP-SEC-002", "$.x._class"),
    "method of pandas": (put("x", typed("pandas.core.frame", "method")), "GP-SEC-002", "$.x._class"),
    "numpy.load": (put("x", typed("numpy", "load")), "GP-SEC-002", "$.x._class"),
    "pandas read_pickle": (put("x", typed("pandas.core.frame", "read_pickle")), "GP-SEC-002", "$.x._class"),
    "pandas.io.pickle": (put("x", typed("pandas.io.pickle", "DataFrame")), "GP-SEC-002", "$.x._module"),
    "look-alike module": (put("x", typed("pandas.core.frame\nos", "DataFrame")), "GP-SEC-002", "$.x._module"),
    "numpy prefix": (put("x", typed("numpyevil", "int64")), "GP-SEC-002", "$.x._module"),
    "class without module": (put("x", {"_class": "DataFrame"}), "GP-SEC-002", "$.x"),
    "module as a list": (put("x", typed(["os"], "system")), "GP-SEC-002", "$.x"),
    "type deep in a table": (cell("bus", 0, "name", typed("os", "system")), "GP-SEC-002", "$.bus.data[0]"),
    "type in text in a table": (
        cell("bus", 0, "name", json.dumps(typed("os", "system"))),
        "GP-SEC-002",
        "$.bus.data[0]",
    ),
    "controller module elsewhere": (put("x", typed("pandapower.control.basic", "Ctrl")), "GP-SEC-002", "$.x._module"),
    "controller table, foreign module": (
        put("controller", table("object", [typed("evil_module", "Ctrl")])),
        "GP-SEC-002",
        "$.controller.data[0]",
    ),
    "deep nesting": (put("x", nested(20)), "GP-SEC-002", "levels"),
    "nesting that breaks parsers": (put("x", "deep"), "GP-SEC-002", "nested too deep"),
    "documents in documents": (put("x", onion(8)), "GP-SEC-002", "inside each other"),
    "long text": (put("x", "a" * 2_000_000), "GP-SEC-002", "2,000,000 characters"),
    "not a net": (lambda file: (file.clear(), file.update({"a": 1})), "GP-ENC-002", "no bus table"),
    "table is no JSON": (lambda f: f["_object"]["bus"].update(_object='{"columns": ['), "GP-ENC-002", "$.bus"),
    "table without data": (inner("bus", lambda t: t.pop("data")), "GP-TAB-003", "bus"),
    "short row": (inner("line", lambda t: t["data"][0].pop()), "GP-TAB-003", "line"),
    "same index twice": (inner("bus", lambda t: t["index"].__setitem__(1, 0)), "GP-TAB-003", "twice"),
    "index as text": (inner("bus", lambda t: t["index"].__setitem__(1, "1")), "GP-TAB-003", "whole number"),
    "column missing": (inner("line", lambda t: t["columns"].__setitem__(4, "x_ohm")), "GP-TAB-001", "x_ohm_per_km"),
    "load is null": (cell("load", 0, "p_mw", None), "GP-VAL-001", "load[0].p_mw"),
    "load is NaN": (cell("load", 0, "p_mw", float("nan")), "GP-VAL-001", "load[0].p_mw"),
    "load is infinite": (cell("load", 0, "p_mw", float("inf")), "GP-VAL-001", "load[0].p_mw"),
    "load is text": (cell("load", 0, "p_mw", "98,61"), "GP-VAL-001", "98,61"),
    "load is true": (cell("load", 0, "p_mw", True), "GP-VAL-001", "load[0].p_mw"),
    "load is a list": (cell("load", 0, "p_mw", [1, 2]), "GP-VAL-001", "load[0].p_mw"),
    "status is text": (cell("load", 0, "in_service", "yes"), "GP-VAL-001", "load[0].in_service"),
    "load at unknown bus": (cell("load", 0, "bus", 99), "GP-TOP-005", "load[0].bus"),
    "line to unknown bus": (cell("line", 0, "to_bus", 7), "GP-TOP-005", "line[0].to_bus"),
    "resistance above impedance": (cell("trafo", 0, "vkr_percent", 30.0), "GP-TRF-003", "trafo[0].vkr_percent"),
    "base power 0": (put("sn_mva", 0), "GP-PU-001", "sn_mva"),
    "frequency as text": (put("f_hz", "fifty"), "GP-PU-001", "f_hz"),
    "unknown option": (put("user_pf_options", {"trafo_model": "y"}), "GP-VAL-001", "trafo_model"),
    "cost of no unit": (cell("poly_cost", 0, "element", 5), "GP-CST-002", "poly_cost[0].element"),
    "two costs": (
        put("pwl_cost", table("power_type element et points", ["p", 0, "ext_grid", [[0, 9, 1]]])),
        "GP-CST-002",
        "second cost",
    ),
    "odd cost points": (
        put("pwl_cost", table("power_type element et points", ["p", 0, "ext_grid", [[0, 9, 1], [10, 12, 2]]])),
        "GP-CST-001",
        "pwl_cost[0].points",
    ),
    "switch at no line": (
        put("switch", table("bus element et closed", [0, 9, "l", False])),
        "GP-TOP-005",
        "switch[0].element",
    ),
    "switch of no kind": (put("switch", table("bus element et closed", [0, 0, "q", False])), "GP-NET-003", "switch[0]"),
    "tap table": (
        inner(
            "trafo", lambda t: (t["columns"].append("tap_dependency_table"), [row.append(True) for row in t["data"]])
        ),
        "GP-NET-003",
        "tap_dependency_table",
    ),
}


def written(file: dict[str, Any], folder: Path) -> Path:
    path = folder / "net.json"
    text = json.dumps(file).replace('"deep"', "[" * 100_000 + "]" * 100_000)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_is_good_before_it_is_damaged(tmp_path: Path) -> None:
    case = read_pandapower(written(small_net(), tmp_path))
    assert (len(case.bus), len(case.branch), len(case.generator)) == (3, 2, 1)
    assert case.branch.x_pu[0] == pytest.approx(4.0 / 121.0)
    assert case.branch.b_pu[0] == pytest.approx(2 * 3.141592653589793 * 50 * 9e-9 * 10 * 121)
    assert case.branch.rating_normal_mva[0] == pytest.approx(0.5 * 3**0.5 * 110)
    assert case.branch.shift_degree[1] == 150.0
    # T circuit: shunt 20 kW and sqrt(40^2 - 20^2) kvar in the middle of z = 0.25 pu, on 100 MVA
    z, y = complex(0.0075, (0.25**2 - 0.0075**2) ** 0.5), complex(20e-5, -((0.04**2 - 0.02**2) ** 0.5) / 100)
    series = z + z * z * y / 4
    assert case.branch.r_pu[1] + 1j * case.branch.x_pu[1] == pytest.approx(series, abs=1e-14)
    assert case.shunt.gs_mw[0] == pytest.approx((z / 2 * y / series).real * 100, abs=1e-12)
    assert case.branch.b_pu[1] == pytest.approx((z * y / series).imag, abs=1e-14)


@pytest.mark.parametrize("name", HOSTILE)
def test_damaged_file_is_refused(name: str, tmp_path: Path) -> None:
    change, code, word = HOSTILE[name]
    file = small_net()
    change(file)
    path = written(file, tmp_path)
    with pytest.raises(InputError) as caught:
        read_pandapower(path)
    findings = [f for f in caught.value.findings if f.code == code]
    assert findings, str(caught.value)
    assert all(f.place.file == path and f.message and f.remedy for f in caught.value.findings)
    assert any(word in f.place.key or word in f.message for f in findings), str(caught.value)


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    file = small_net()
    for change in (cell("load", 0, "bus", 99), cell("line", 0, "x_ohm_per_km", None), put("sn_mva", -1)):
        change(file)
    with pytest.raises(InputError) as caught:
        read_pandapower(written(file, tmp_path))
    errors = {f.code for f in caught.value.findings if f.severity == "error"}
    assert errors == {"GP-TOP-005", "GP-VAL-001", "GP-PU-001"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "GP-ENC-002"),
        (b"[1, 2]", "GP-ENC-002"),
        (b"{", "GP-ENC-002"),
        (b'{"a": 1, "a": 2}', "GP-ENC-002"),
        (b"\x80\x04\x95\x10\x00\x00\x00", "GP-ENC-002"),
        ('{"bus": 1}'.encode("utf-16"), "GP-ENC-001"),
        (b'{"a": ' + b"9" * 6000 + b"}", "GP-ENC-002"),
        (b'{"bus": ' + b"[" * 500_000, "GP-SEC-002"),
        (b"[" + b"[]," * (MAX_NODES // 2) + b"[]]", "GP-SIZ-001"),
    ],
    ids=["empty", "list", "cut", "key twice", "pickle", "utf-16", "huge number", "bomb", "many values"],
)
def test_no_network_at_all(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_pandapower(path)
    assert caught.value.findings[0].code == code


def test_file_of_256_mib_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    with path.open("wb") as stream:
        stream.truncate(256 * 1024 * 1024)
    with pytest.raises(InputError, match="GP-SIZ-001"):
        read_pandapower(path)
    assert MAX_JSON_BYTES < 256 * 1024 * 1024


@pytest.mark.parametrize("kind", ["hook", "function", "Evil"])
def test_module_beside_the_file_is_not_imported(kind: str, tmp_path: Path) -> None:
    """Run from the folder of the file, in a process of its own, with the folder on the path as ``python -m`` has it."""
    marker = tmp_path / "ran"
    (tmp_path / "evil_module.py").write_text(f"open({str(marker)!r}, 'w').close()\nhook = function = Evil = print\n")
    for module in ("evil_module", "os"):
        file = small_net()
        put("x", {"_module": module, "_class": kind, "_object": json.dumps({"call": f"touch {marker}"})})(file)
        path = written(file, tmp_path)
        code = textwrap.dedent(f"""
            import sys; sys.path[:0] = [".", {str(ROOT)!r}]
            from pathlib import Path
            before = list(sys.path)
            from gridplan.errors import InputError
            from gridplan.network.pandapower.read import read_pandapower
            try:
                read_pandapower(Path({str(path)!r}))
            except InputError as error:
                print(error.findings[0].code)
            assert sys.path == before
            assert not {{"evil_module", "pandapower", "pandas", "pickle5"}} & set(sys.modules)
        """)
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["GP-SEC-002"]
        assert not marker.exists()


def test_message_names_the_place_and_never_the_content(tmp_path: Path) -> None:
    file = small_net()
    put("x", typed("secret_module", "secret_class"))(file)
    with pytest.raises(InputError) as caught:
        read_pandapower(written(file, tmp_path))
    assert "secret" not in str(caught.value)

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from gridplan.errors import FileError, InputError
from gridplan.network import embedded


def test_embedded_dataset_is_found_by_name() -> None:
    assert (embedded.dataset_folder("rts_gmlc") / "bus.csv").is_file()
    assert "rts_gmlc" in [info.name for info in embedded.embedded_datasets()]
    assert embedded.background_states().is_file()


def test_folder_of_the_same_shape_is_found_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "dataset.json").write_text("{}")
    assert embedded.dataset_folder("mine", beside=tmp_path) == tmp_path / "mine"


def test_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r"GP-NET-001.*network rts_gmcl is neither.*Did you mean 'rts_gmlc'\?"):
        embedded.dataset_folder("rts_gmcl")


def test_installed_package_holds_its_data_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "gridplan"
    (package / "_datasets").mkdir(parents=True)
    (package.parent / "datasets").mkdir()
    monkeypatch.setattr(embedded, "_PACKAGE", package)
    assert embedded.embedded_root("datasets") == package / "_datasets"
    with pytest.raises(FileError, match="holds no cases"):
        embedded.embedded_root("cases")


@pytest.mark.parametrize("folder", [path.parent for path in embedded.embedded_root("datasets").glob("*/SOURCE.md")])
def test_files_are_the_ones_source_md_names(folder: Path) -> None:
    written = (folder / "SOURCE.md").read_text(encoding="utf-8").split("## Files written")[1]
    digests = dict(re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", written))
    assert set(digests) == {path.name for path in folder.iterdir()} - {"SOURCE.md"}
    for name, digest in digests.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_data_use_notice_travels_with_the_dataset() -> None:
    notice = (embedded.dataset_folder("rts_gmlc") / "LICENSE").read_text(encoding="utf-8")
    assert "DATA USE DISCLAIMER AGREEMENT" in notice
    assert "this entire notice appears in all copies of the Data" in notice

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.batch.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "batch_fake_runner", raising=False)
    return Workshop(tmp_path)

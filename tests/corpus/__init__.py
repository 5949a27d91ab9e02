"""Damaged files of every format, each with the finding it must end with."""

from __future__ import annotations

from tests.corpus.contingency_and_hourly_files import SETS_AND_HOURS
from tests.corpus.damage import Damaged
from tests.corpus.dataset_folders import FOLDERS
from tests.corpus.matpower_cases import CASES
from tests.corpus.measured_profiles import MEASURED
from tests.corpus.pandapower_files import NETS
from tests.corpus.psse_files import PSSE
from tests.corpus.study_files import STUDIES

CORPUS: tuple[Damaged, ...] = (*CASES, *PSSE, *NETS, *STUDIES, *SETS_AND_HOURS, *MEASURED, *FOLDERS)

"""datasets/driver_packs: terms and digests of the driver packs, which are written by hand."""

from __future__ import annotations

from pathlib import Path

from tools.dataset_builders.files import write_source

SOURCE = """\
# Source of the driver packs

Written by hand for gridplan, one YAML file a kind of campus; every key is explained in docs/load-model.md. `release` is
the version of the numbers of a pack, `pack_version` that of the format. After a change: raise `release`, then
`python tools/build_datasets.py driver_packs`.

## Where the numbers come from

- **Services, users, accelerators, shares**: assumptions of gridplan. Nobody publishes how many users of which service a
  campus has, or how a developer splits its computing. A study scales them to its contract, so what counts is their
  ratio.
- **Parameters** a pack sets: source and status stand beside the value. All others are those of the tables of
  `gridplan/campus/drivers/`, with their own source and status.
- **Language models**: sizes are those their makers publish; energy per token is that of the ML.ENERGY leaderboard of
  2026, single figures, cited.
- **open_research_train**: parameters and tokens of one run are those of the model card of LLM360 K2 (65 B, 1.4 T);
  operations are 6 N D, and accelerators and days follow from them.
- **Shapes** named in packs are those of `gridplan/campus/shape_table.py`: Azure LLM inference traces and BurstGPT
  (both CC BY 4.0), and stylised ones.
- **Drivers**: the ids C01 to C66 are those of the table of docs/load-model.md.
"""

LICENCE = """\
The driver packs were written for gridplan and are under its BSD 3-Clause licence. Figures in them are facts from the
publications named in SOURCE.md and beside the values; cite those when you publish results.
"""


def build(out: Path) -> None:
    """Write LICENSE and SOURCE.md of datasets/driver_packs."""
    (out / "LICENSE").write_text(LICENCE, encoding="utf-8")
    write_source(out, SOURCE, out, [])

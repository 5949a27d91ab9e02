"""Servers of AI accelerators: rating, idle power, and what one accelerator can do.

Comes in: a name as in a driver pack. Goes out: the facts of that server. What a figure is worth stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridplan.errors import Place, find_by_name

_KW_PER_MW = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """One kind of server.

    Parameters
    ----------
    name : str
        Word of the accelerator in packs and studies: ``h100``.
    server : str
        What the row describes.
    accelerators : int
        Accelerators in one server.
    rated_kw : float [kW]
        Rated power of one server, all parts.
    idle_over_rating : float
        Power of an idle server over its rating.
    tdp_w, idle_w : float [W]
        Design power of one accelerator, and its power while powered and without work.
    memory_gb : float [GB]
        Memory of one accelerator.
    dense_bf16_tflops : float [TFLOP/s]
        Peak of one accelerator in dense 16-bit arithmetic.
    source : str
    assumed : tuple of str
        Fields without a public measurement.
    """

    name: str
    server: str
    accelerators: int
    rated_kw: float
    idle_over_rating: float
    tdp_w: float
    idle_w: float
    memory_gb: float
    dense_bf16_tflops: float
    source: str
    assumed: tuple[str, ...] = ()

    def rated_mw(self, accelerators: float) -> float:
        """Rated power of the servers of so many accelerators [MW]."""
        return accelerators / self.accelerators * self.rated_kw / _KW_PER_MW


_NO_IDLE_FIGURE = ("idle_over_rating", "idle_w")
_IDLE_SHARE = "idle 0.25 of rating as in measured 8-accelerator servers (0.23 to 0.28, Acme 2023; Deloitte 2025)"

HARDWARE = (
    Hardware(
        name="a100",
        server="8 x A100 80 GB SXM",
        accelerators=8,
        rated_kw=6.5,
        idle_over_rating=0.23,
        tdp_w=400.0,
        idle_w=62.0,
        memory_gb=80.0,
        dense_bf16_tflops=312.0,
        source="NVIDIA DGX A100 and A100 data sheets; idle measured in the Acme clusters (Hu et al., NSDI 2024): "
        "server 1,512 W of 6,554 W, accelerator 62 W",
    ),
    Hardware(
        name="h100",
        server="8 x H100 80 GB SXM",
        accelerators=8,
        rated_kw=10.2,
        idle_over_rating=0.25,
        tdp_w=700.0,
        idle_w=75.0,
        memory_gb=80.0,
        dense_bf16_tflops=989.0,
        source=f"NVIDIA DGX H100 and H100 data sheets; rating also in arXiv 2506.14551; {_IDLE_SHARE}",
        assumed=_NO_IDLE_FIGURE,
    ),
    Hardware(
        name="b200",
        server="8 x B200 SXM (DGX B200)",
        accelerators=8,
        rated_kw=14.3,
        idle_over_rating=0.25,
        tdp_w=1000.0,
        idle_w=140.0,
        memory_gb=180.0,
        dense_bf16_tflops=2250.0,
        source=f"NVIDIA DGX B200 data sheet and SuperPOD guide: 14.3 kW, 1,440 GB in 8; {_IDLE_SHARE}",
        assumed=_NO_IDLE_FIGURE,
    ),
    Hardware(
        name="b300",
        server="8 x B300 SXM (DGX B300)",
        accelerators=8,
        rated_kw=14.5,
        idle_over_rating=0.25,
        tdp_w=1100.0,
        idle_w=140.0,
        memory_gb=288.0,
        dense_bf16_tflops=2250.0,
        source=f"NVIDIA DGX B300 data sheet: 14.5 kW, 2.3 TB in 8; design power 1,100 W as air-cooled; {_IDLE_SHARE}",
        assumed=("idle_over_rating", "idle_w", "tdp_w"),
    ),
    Hardware(
        name="gb200",
        server="GB200 NVL72 rack",
        accelerators=72,
        rated_kw=132.0,
        idle_over_rating=0.25,
        tdp_w=1200.0,
        idle_w=140.0,
        memory_gb=186.0,
        dense_bf16_tflops=2500.0,
        source=f"NVIDIA GB200 NVL72 data sheet; supply 132 kW per rack, load near 120 kW; {_IDLE_SHARE}",
        assumed=_NO_IDLE_FIGURE,
    ),
)
"""Servers in the order of their generations."""

_BY_NAME = {hardware.name: hardware for hardware in HARDWARE}


def hardware_names() -> tuple[str, ...]:
    """Names a pack or a study may give as ``hardware``."""
    return tuple(_BY_NAME)


def find_hardware(name: str, place: Place | None = None) -> Hardware:
    """Server of this name.

    Raises
    ------
    InputError
        GP-CAM-010, if there is none; the text offers the nearest names.
    """
    return find_by_name(_BY_NAME, name, code="GP-CAM-010", what="hardware", place=place)

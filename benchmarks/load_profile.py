"""Scenarios of the load model: 256 samples x 8,784 h x 10 campuses x 8 services, streamed to netCDF.

Run as ``python benchmarks/load_profile.py [CAMPUSES] [SAMPLES]``. Prints wall and processor seconds, the ratio to what
writing and reading back as many numbers takes alone, and the peak memory of the process.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gridplan.campus.campus_model import campus_model
from gridplan.campus.climate import find_climate, normal_temperature_c
from gridplan.campus.drivers.pack import DriverPack
from gridplan.campus.drivers.read_pack import PackFile
from gridplan.campus.services import SERVICES
from gridplan.campus.size import size_campus
from gridplan.campus.uncertainty.bands import pointwise_quantiles
from gridplan.campus.uncertainty.ensemble import BLOCK, run_ensemble
from gridplan.campus.workloads.load import Hours
from gridplan.store.profile_file import ProfileFile
from gridplan.study.load_model_request import LoadModel, Uncertainty
from gridplan.study.source import StudySource

HOURS = 8784
N_SERVICES = 8


def main(campuses: int, samples: int) -> None:
    """Print one line for each stage."""
    time_utc = np.datetime64("2020-01-01T07", "s") + np.arange(HOURS) * np.timedelta64(3600, "s")
    hours = Hours(time_utc=time_utc, timezone="America/Phoenix", year=2028)
    warm = normal_temperature_c(find_climate("phoenix"), time_utc)
    services = [{"service": service.name, "concurrent_users": 1e5} for service in SERVICES[:N_SERVICES]]
    pack = DriverPack.model_validate(
        {
            "pack_version": 1, "name": "eight", "release": "1", "title": "eight services", "reference_year": 2026,
            "hardware": "h100", "models": {"small_domain": {"llama_8b": 1}, "general": {"deepseek_v3": 1}},
            "services": services,
        }
    )  # fmt: skip
    file = PackFile(pack=pack, source=StudySource(), path=Path("eight.yaml"))
    sized = [
        size_campus(
            campus_model(f"c{k}", file, LoadModel(), "America/Phoenix", key=""), 300.0, hours, warm, is_scaled=True
        )
        for k in range(campuses)
    ]
    asked = Uncertainty(samples=samples)
    labels = {"campus": [f"c{k}" for k in range(campuses)], "workload": list(sized[0].workloads)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profile.nc"
        begun, cpu = time.perf_counter(), time.process_time()
        with ProfileFile(path, labels=labels, time_utc=time_utc, samples=samples, block=BLOCK) as sink:
            run_ensemble(sized, hours, asked, 0, sink=sink)
            computed = time.perf_counter() - begun
            for campus in labels["campus"]:
                for name in labels["workload"]:
                    pointwise_quantiles(sink.read(campus, name), asked.quantiles)
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
        size_mib = path.stat().st_size / 2**20
        plain = _plain_s(Path(folder) / "plain", campuses * len(labels["workload"]), samples)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{campuses} campuses x {N_SERVICES} services x {samples} samples x {HOURS} h")
    print(f"scenarios and file {computed:.1f} s, with quantiles of workloads {wall:.1f} s wall, {cpu:.1f} s processor")
    print(f"{wall / plain:.1f} times writing and reading as many numbers ({plain:.1f} s); file {size_mib:,.0f} MiB")
    print(f"peak memory {peak_mib:,.0f} MiB")


def _plain_s(path: Path, blocks: int, samples: int) -> float:
    """Seconds to write and read back as many 4-byte numbers."""
    numbers = np.random.default_rng(0).random((samples, HOURS), dtype=np.float32)
    begun = time.perf_counter()
    with path.open("wb") as stream:
        for _ in range(blocks):
            stream.write(numbers.data)
    with path.open("rb") as stream:
        for _ in range(blocks):
            stream.readinto(numbers.data)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]), *((10, 256)[len(sys.argv) - 1 :]))

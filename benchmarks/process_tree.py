"""Wall time and peak memory of a process and everything it starts, sampled from /proc (Linux only)."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SAMPLE_S = 0.1
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a command used; memory of shared pages counts once per process that holds them."""

    wall_s: float
    peak_mib: float
    stderr: str
    stdout: str = ""


def run(command: Sequence[str], folder: Path) -> Usage:
    """Run a command to its end; a failing one ends the benchmark with its last lines."""
    begin = time.perf_counter()
    process = subprocess.Popen(list(command), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak_bytes, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_S):
            peak_bytes[0] = max(peak_bytes[0], tree_bytes(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    stdout, stderr = process.communicate()
    wall_s = time.perf_counter() - begin
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{stderr[-2000:]}")
    return Usage(wall_s=wall_s, peak_mib=peak_bytes[0] / MIB, stderr=stderr, stdout=stdout)


def tree_bytes(root: int) -> int:
    """Resident memory of a process and its descendants now [byte]."""
    children, resident = defaultdict(list), {}
    page = os.sysconf("SC_PAGE_SIZE")
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                resident[int(folder.name)] = int((folder / "statm").read_text().split()[1]) * page
            except (OSError, IndexError, ValueError):
                continue  # the process ended while it was read
            children[parent].append(int(folder.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += resident.get(process, 0)
        waiting += children[process]
    return total

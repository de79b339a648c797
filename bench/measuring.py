"""What every benchmark shares: runs in processes of their own, in alternating rounds, told by their medians.

The machine varies more between minutes than two programs do, so only what ran in alternation is compared.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MIB = 1024 * 1024


class Measured(NamedTuple):
    """One run: seconds from the start of its process to its end, and the most memory it held, in bytes."""

    seconds: float
    peak_rss: int


@dataclass(frozen=True, slots=True)
class Row:
    """The runs of one way of doing it."""

    name: str
    runs: list[Measured]

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_rss(self) -> int:
        """The most of all runs."""
        return max(run.peak_rss for run in self.runs)


def measure(command: Sequence[str]) -> Measured:
    """Run a command once. Raises RuntimeError when it fails: a wrong answer has no speed."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed: {said.read().decode(errors='replace')}")
    return Measured(seconds, usage.ru_maxrss * 1024)


def alternate(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Row]:
    """Run every command once a round, so that a slow minute falls on all of them."""
    rows = {name: Row(name, []) for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            rows[name].runs.append(measure(command))
    return rows


def print_table(title: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print a table, the first column to the left and numbers to the right."""
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    print(f"\n{title}")
    for first, *rest in [header, *lines]:
        numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        print("  ".join([first.ljust(widths[0]), *numbers]))


def print_result(
    bench: str, ratios: Mapping[str, float], peak_rss: int, beside: Mapping[str, Mapping[str, float]] | None = None
) -> None:
    """Print the last line, for programs (DESIGN 11): ours to the named peer, higher is better.

    `beside` are ratios to be seen that are held to no floor.
    """
    result = {"bench": bench, "ratios": _rounded(ratios), "peak_rss_mib": round(peak_rss / MIB, 1)}
    print(json.dumps(result | {name: _rounded(others) for name, others in (beside or {}).items()}))


def _rounded(ratios: Mapping[str, float]) -> dict[str, float]:
    return {name: round(ratio, 2) for name, ratio in ratios.items()}

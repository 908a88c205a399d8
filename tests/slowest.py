"""Where the time of a run went: by folder, against a budget that grows with the machine's slowness, and by test.

The budget says and never fails: seconds depend on the machine and on what else it does.
"""

import time
from collections import Counter
from pathlib import Path

import pytest

BUDGET = Path(__file__).with_name("budget.txt")  # a folder and its seconds, over all workers, on the reference machine
REFERENCE = 0.08  # seconds that `calibrate` takes there
SHOWN = 20


def calibrate() -> float:
    """Seconds that a fixed piece of work takes here, at its best of five times."""
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        words: Counter[str] = Counter()
        for number in range(400_000):
            words[str(number % 977)] += number
        taken.append(time.perf_counter() - begun)
    return min(taken)


def folder_of(nodeid: str) -> str:
    """The folder below tests/ in which a test lies; `.` for those right there."""
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "."


def budget() -> dict[str, float]:
    """Seconds by folder, as checked in."""
    lines = (line.split() for line in BUDGET.read_text().splitlines() if line and not line.startswith("#"))
    return {folder: float(seconds) for folder, seconds in lines}


class Slowest:
    """Adds up what each test took, its fixtures included. Under xdist the reports of all workers arrive here."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("where the time went")
        for line in self.lines(calibrate() / REFERENCE):
            terminalreporter.write_line(line)

    def lines(self, slowness: float) -> list[str]:
        """The report, for a machine so many times as slow as the reference machine."""
        seconds, tests, allowed = Counter[str](), Counter[str](), budget()
        for nodeid, took in self.seconds.items():
            seconds[folder_of(nodeid)] += took
            tests[folder_of(nodeid)] += 1
        lines = [
            f"{'folder':12} {'tests':>6} {'seconds':>8} {'budget':>8}  this machine: {slowness:.2f} x the reference"
        ]
        for folder, took in seconds.most_common():
            limit = allowed.get(folder, 0.0) * slowness
            verdict = "within" if took <= limit else "over" if limit else "no budget"
            lines.append(f"{folder:12} {tests[folder]:6} {took:8.1f} {limit:8.1f}  {verdict}")
        lines.append(f"{'all':12} {tests.total():6} {seconds.total():8.1f}")
        lines += [f"{took:8.2f} s  {nodeid}" for nodeid, took in self.seconds.most_common(SHOWN)]
        return lines

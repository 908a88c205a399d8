"""The report of where a run's time went."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import slowest


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> slowest.Slowest:
    """A run of three tests in two folders; each test reports its set-up, its call and its end."""
    monkeypatch.setattr(slowest, "BUDGET", tmp_path / "budget.txt")
    slowest.BUDGET.write_text("# folder, seconds\nrelay 4\n")
    made = slowest.Slowest()
    for nodeid, seconds in (
        ("tests/relay/test_a.py::b", 1.5),
        ("tests/relay/test_a.py::c", 0.5),
        ("tests/test_d.py::e", 1),
    ):
        for _ in range(3):
            made.pytest_runtest_logreport(SimpleNamespace(nodeid=nodeid, duration=seconds))
    return made


def test_a_folder_over_its_budget_is_within_it_on_a_machine_twice_as_slow(run: slowest.Slowest) -> None:
    fast, slow = run.lines(1.0), run.lines(2.0)
    assert fast[1].split() == ["relay", "2", "6.0", "4.0", "over"]
    assert slow[1].split() == ["relay", "2", "6.0", "8.0", "within"]


def test_the_slowest_come_first_and_a_folder_without_a_budget_is_named(run: slowest.Slowest) -> None:
    lines = run.lines(1.0)
    assert lines[2].split() == [".", "1", "3.0", "0.0", "no", "budget"]
    assert [line.split()[-1] for line in lines[4:]] == [
        "tests/relay/test_a.py::b",
        "tests/test_d.py::e",
        "tests/relay/test_a.py::c",
    ]


def test_every_folder_of_tests_has_a_budget() -> None:
    here = Path(__file__).parent
    folders = {path.relative_to(here).parts[0] for path in here.glob("*/**/test_*.py")} | {"."}
    assert folders == slowest.budget().keys()

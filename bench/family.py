"""What processes take, as Linux counts it."""

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The process and all it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in descendants(int(child)))]


def cpu(pid: int) -> float:
    """Seconds of processor time that its threads have taken so far, to the nanosecond."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory(pids: list[int]) -> float:
    """Megabytes in all; what processes share is divided among them."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

"""The tables of sentences beside this file, written by hand."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sentences"


def lines(name: str) -> list[str]:
    """The lines of a table without comments and empty lines."""
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in kept if line and not line.startswith("#")]

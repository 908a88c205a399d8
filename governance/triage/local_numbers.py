"""Numbers of one city, from the setting LOCAL_NUMBERS. National numbers stand in the tables of this slice."""

from typing import NamedTuple

from flask import current_app

from governance.triage.elsewhere import Elsewhere


class LocalNumber(NamedTuple):
    """`label`: what it is for. `source`: who says so, for the staff who check it."""

    label: str
    number: str
    source: str


def read_local_numbers(text: str) -> tuple[LocalNumber, ...]:
    """Read 供水 96116 自来水集团官网; 供热 … . Raises ValueError for an entry without label, number and source."""
    return tuple(_read(entry) for entry in text.replace("；", ";").split(";") if entry.strip())


def _read(entry: str) -> LocalNumber:
    parts = entry.split(maxsplit=2)
    if len(parts) != 3 or not parts[1].replace("-", "").isdecimal():
        raise ValueError(f"not a label, a number and a source: {entry.strip()}")
    return LocalNumber(*parts)


def local_numbers() -> tuple[LocalNumber, ...]:
    return read_local_numbers(current_app.extensions["settings"].local_numbers)


def with_local(matters: tuple[Elsewhere, ...]) -> tuple[Elsewhere, ...]:
    """The same matters, with this city's number where it has one: that of 供水 for 供水抢修."""
    here = {local.label: local.number for local in local_numbers()}
    return tuple(
        matter._replace(number=next((here[label] for label in here if matter.label.startswith(label)), matter.number))
        for matter in matters
    )

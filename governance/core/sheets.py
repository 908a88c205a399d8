"""Tables given out as CSV: with a byte order mark, so that Excel reads UTF-8, and with no cell it could run."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from governance.core.web.pages import local

RUN = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet takes for a formula


def safe(cell: Any) -> str:
    """A cell as text; one that a spreadsheet would run is marked as text with an apostrophe."""
    if isinstance(cell, datetime):
        return f"{local(cell):%Y-%m-%d %H:%M:%S}"
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(RUN) else text


def csv_answer(name: str, rows: Iterable[Sequence[Any]]) -> Response:
    """The rows as a file to be saved under this name."""
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

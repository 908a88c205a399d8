"""Tables as CSV files: with a byte order mark, so that Excel reads UTF-8, and without executable cells."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from governance.core.web.pages import local

RUN = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet takes for a formula


def safe(cell: Any) -> str:
    """A cell as text. A cell that a spreadsheet would execute is prefixed with an apostrophe."""
    if isinstance(cell, datetime):
        return f"{local(cell):%Y-%m-%d %H:%M:%S}"
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(RUN) else text


def csv_answer(name: str, rows: Iterable[Sequence[Any]]) -> Response:
    """The rows as a download with this name."""
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

"""Compresses answers that are made for one visitor. Kept pages and static files bring their own gzip."""

import gzip
import io
import secrets

from flask import Flask, Response, request

LEAST, LEVEL = 1024, 4  # less fits into one packet as it is; a higher level gains 3 % for twice the time
MOST_PADDING = 64
WORTH = ("text/", "application/json", "application/problem+json", "image/svg")  # pictures and sheets are packed


def init_app(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    taken = "gzip" in request.headers.get("Accept-Encoding", "")
    fits = (response.mimetype or "").startswith(WORTH) and not response.direct_passthrough and not response.is_streamed
    if not (taken and fits) or "Content-Encoding" in response.headers or (response.content_length or 0) < LEAST:
        return response
    response.set_data(_zipped(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _zipped(page: bytes) -> bytes:
    """The length says nothing exact about what stands in the page: a file name of random length goes along (BREACH)."""
    target, padding = io.BytesIO(), "x" * (1 + secrets.randbelow(MOST_PADDING))
    with gzip.GzipFile(padding, "wb", LEVEL, target, mtime=0) as zipped:
        zipped.write(page)
    return target.getvalue()

"""Requests to an application in this process, as a server makes them."""

import sys
from contextvars import Context
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

SITE = "https://onecode.example"


def request(path: str, **kwargs: Any) -> dict[str, Any]:
    """A WSGI environment as a server makes it; each call needs a copy of its own."""
    return EnvironBuilder(path, base_url=SITE, **kwargs).get_environ()


def ask(app: Flask, environ: dict[str, Any], status: int = 200) -> tuple[dict[str, str], bytes]:
    """One request, in a context of its own as on a server: headers and body. Another status ends the measurement."""
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _trouble: Any = None) -> Any:
        answer.update(status=int(status[:3]), headers=dict(headers))

    def run() -> bytes:
        body = app.wsgi_app({**environ, "wsgi.errors": sys.stderr}, start)
        try:
            return b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close:
                close()

    content = Context().run(run)
    assert answer["status"] == status, (environ["PATH_INFO"], answer, content[:500])
    return answer["headers"], content


def ask_anew(app: Flask, environ: dict[str, Any]) -> None:
    """The same for a page that is not kept yet."""
    app.extensions["kept_pages"].clear()
    ask(app, environ)

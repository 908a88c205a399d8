"""The address of a static file with the hash of its contents, so that browsers may cache it for ever."""

import hashlib
from functools import cache

from flask import Flask

from governance.core.config import ROOT


def init_app(app: Flask) -> None:
    app.jinja_env.globals["static"] = static


@cache
def static(name: str) -> str:
    digest = hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest()[:8]
    return f"/static/{name}?{digest}"

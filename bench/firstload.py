"""What a phone fetches for its first scan page and report form: compressed bytes and requests, through real HTTP."""

import re
import tempfile
import urllib.request
from pathlib import Path

from bench.row import Row
from governance.core import migrations
from governance.core.config import ROOT
from governance.core.db import db
from governance.prepare import compress
from governance.web.app import create_app
from tests import cast as casting
from tests.app import settings_for
from tests.faults.deployment import deployed

FETCHED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src|img[^>]* src)="([^"]+)"')


def rows(full: bool) -> list[Row]:
    compress(ROOT / "static")
    with tempfile.TemporaryDirectory(prefix="onecode-bench-") as folder:
        settings = settings_for(Path(folder), f"sqlite:///{folder}/onecode.sqlite3")
        migrations.upgrade(settings.database)
        with create_app(settings).app_context():
            code = casting.settle().codes["5号楼"]
            db.session.remove()
            db.engine.dispose()
        with deployed(settings) as deployment:
            scan, requests, parts = _first_load(deployment.url, f"/c/{code}")
            form, form_requests, form_parts = _first_load(deployment.url, f"/c/{code}/report")
    return [
        Row("first load of the scan page", scan / 1000, "KB gzip", at_most=14, note=parts),
        Row("first load of the scan page, requests", requests, "", at_most=3),
        Row("first load of the report form", form / 1000, "KB gzip", at_most=20, note=form_parts),
        Row("first load of the report form, requests", form_requests, ""),
    ]


def _first_load(base: str, path: str) -> tuple[int, int, str]:
    """Bytes in all, requests, and what they were for."""
    zipped, page = _fetch(base + path, keep=True)
    sizes = {path.rpartition("/")[2]: zipped}
    for part in FETCHED.findall(page):
        sizes[part.partition("?")[0].rpartition("/")[2]] = _fetch(base + part)[0]
    return sum(sizes.values()), len(sizes), ", ".join(f"{name} {size}" for name, size in sizes.items())


def _fetch(address: str, keep: bool = False) -> tuple[int, str]:
    """The bytes of the compressed body, as they travel; and the page itself when asked."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        size = len(answer.read())
    if not keep:
        return size, ""
    with urllib.request.urlopen(address) as answer:
        return size, answer.read().decode()

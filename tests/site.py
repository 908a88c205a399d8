"""The whole product running for real: web and worker started as `bin/serve` starts them, on a database of its own."""

import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from governance.core.config import ROOT
from tests.cast import Cast
from tests.peers import process


@dataclass(frozen=True)
class Site:
    url: str
    folder: Path
    environment: dict[str, str]
    cast: Cast

    def run(self, *command: str) -> str:
        """A command of `bin/governance` against the same database; what it printed."""
        words = [sys.executable, "-m", "governance.cli", *command]
        return process.output(words, self.environment)


@contextmanager
def site(settled: tuple[Path, Cast], folder: Path, **environment: str) -> Iterator[Site]:
    """Serve a copy of the settled database until the test is over."""
    original, cast = settled
    shutil.copytree(original, folder / "var")
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder / "var"),
        "DEMO": "1",
        "PORT": str(port),
        "PUBLIC_URL": url,
        **environment,
    }
    given = [f"{name}={value}" for name, value in settings.items()]
    command = ["env", *given, sys.executable, "-m", "governance.serve"]
    server = process.start(command, folder / "log", lambda: _ready(url))
    try:
        yield Site(url, folder, settings, cast)
    finally:
        process.stop(server)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False

"""The whole product running for real: web and worker started as `bin/serve` starts them, on a database of its own."""

import shutil
import sys
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
    with serving(folder, **environment) as (url, settings):
        yield Site(url, folder, settings, cast)


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[tuple[str, dict[str, str]]]:
    """`bin/serve` on a free port, with its data in `folder`/var and what it prints in `folder`/log."""
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "var").mkdir(exist_ok=True)
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
    server = process.start(command, folder / "log", lambda: f"ready\t{url}" in (folder / "log").read_text())
    try:
        yield url, settings
    finally:
        process.stop(server)

"""Each process of a deployment starts from its own module, whatever that module reads first."""

import subprocess
import sys

import pytest

from governance.core.config import ROOT


@pytest.mark.parametrize("module", ["worker", "web", "serve", "cli.__main__"])
def test_each_process_can_be_started(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import governance.{module}"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")

"""The web server and the worker as `bin/serve` runs them, each killed at any moment and started again.

Both are leaders of a session of their own, so that a kill takes the gunicorn workers with their master; the kernel
ends both when the tests die.
"""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance.core.config import ROOT, Settings
from governance.serve import web_command
from tests.peers import process

OFFICIAL = ("wechat_api_base", "wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key")
WORK = ("wecom_corp_id", "wecom_agent_id", "wecom_app_secret", "wecom_contact_secret")
HERE = (*OFFICIAL, *WORK, "wecom_api_base", "wecom_ip_per_minute", "wecom_tasks_a_day", "redis_url")


class Deployment:
    """One web server and one worker on a database, at one address, through any number of deaths."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.model_copy(update={"port": process.free_port()})
        self.url = f"http://{self.settings.host}:{self.settings.port}"
        self.kills = 0
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        where = (self.settings.host, self.settings.port, self.settings.web_threads)
        self._start("web", *web_command(*where), answers=self._ready)

    def start_worker(self, name: str = "worker") -> None:
        """One of any number, each with a name of its own to be killed by."""
        self._start(name, "-m", "governance.worker", answers=lambda: True)

    def kill(self, *names: str) -> None:
        """SIGKILL to the processes and all they started: no handler runs, nothing is tidied up."""
        victims = [self._running.pop(name) for name in names]
        for victim in victims:
            os.killpg(victim.pid, signal.SIGKILL)
        for victim in victims:
            victim.wait()
        self.kills += 1

    def stop(self) -> None:
        process.stop(*self._running.values(), how=signal.SIGTERM)
        self._running.clear()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.settings.var_dir / "log"

    def _start(self, name: str, *command: str, answers: object) -> None:
        words = ["/usr/bin/env", "-C", str(ROOT), *self._environment(), sys.executable, *command]
        self._running[name] = process.start(words, self._log, answers)

    def _environment(self) -> list[str]:
        """The settings these processes run on, and no other: an empty one stands for what a shell may have set."""
        return [
            f"DATABASE_URL={self.settings.database}",
            f"VAR_DIR={self.settings.var_dir}",
            f"PUBLIC_URL={self.url}",
            f"PYTHONPATH={ROOT}",
            *(f"{name.upper()}={getattr(self.settings, name)}" for name in HERE),
            "DEMO=1",
            "MEDIA_URL=",
            "SECRET_KEY=",
            "FIELD_KEYS=",
        ]

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def deployed(settings: Settings) -> Iterator[Deployment]:
    made = Deployment(settings)
    try:
        made.start()
        yield made
    finally:
        made.stop()

"""The servers the tests stand on: they are real, private to a run, and gone after it, however it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from governance.core.config import ROOT
from tests.peers import browser as browsers
from tests.peers import postgres as clusters
from tests.peers import process
from tests.peers import redis as redises

WRITE = "CREATE TABLE place AS SELECT '3号楼' AS name"
READ = "SELECT name FROM place"


def run(url: str, statement: str) -> list:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.all() if result.returns_rows else []
    finally:
        engine.dispose()


@pytest.mark.postgres
def test_a_database_holds_chinese_and_shares_nothing_with_the_next(postgres):
    first, second = postgres.create_database(), postgres.create_database()
    run(first, WRITE)
    assert run(first, READ) == [("3号楼",)]
    with pytest.raises(ProgrammingError, match="does not exist"):
        run(second, READ)


@pytest.mark.postgres
def test_a_database_can_be_copied_and_dropped(postgres):
    first = postgres.create_database()
    run(first, WRITE)
    copy = postgres.create_database(template=clusters.database_name(first))
    postgres.drop_database(first)
    assert run(copy, READ) == [("3号楼",)]
    with pytest.raises(OperationalError, match="does not exist"):
        run(first, READ)


@pytest.mark.postgres
def test_what_is_committed_survives_a_crash_of_the_cluster():
    with clusters.cluster() as cluster:
        url = cluster.create_database()
        run(url, WRITE)
        cluster.stop(signal.SIGQUIT)
        cluster.start()
        assert run(url, READ) == [("3号楼",)]
        assert run(url, "SHOW fsync") == [("on",)]


@pytest.mark.postgres
def test_a_cluster_is_really_gone_afterwards():
    with clusters.cluster() as cluster:
        pid, folder = cluster.pid, cluster.folder
        assert process.alive(pid)
    assert not process.alive(pid)
    assert not folder.exists()


@pytest.mark.redis
def test_redis_answers_and_is_really_gone_afterwards():
    with redises.server() as server:
        pid, folder = server.pid, server.folder
        with Redis.from_url(server.url, decode_responses=True) as client:
            client.set("楼", "3号")
            assert client.get("楼") == "3号"
            assert client.config_get("save") == {"save": ""}
    assert not process.alive(pid)
    assert not folder.exists()


@pytest.mark.redis
def test_redis_comes_back_empty_at_the_same_address():
    with redises.server() as server, Redis.from_url(server.url) as client:
        client.set("kept", "no")
        server.stop()
        server.start()
        assert client.get("kept") is None


KILLED = """
import sys, time
from tests.peers import postgres, redis
with postgres.cluster() as cluster, redis.server() as server:
    print(cluster.pid, server.pid, cluster.folder, server.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_nothing_outlives_a_killed_run():
    run = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    cluster_pid, redis_pid, *folders = run.stdout.readline().split()
    run.kill()
    run.communicate()
    assert gone(int(cluster_pid)) and gone(int(redis_pid))
    process.sweep("postgres")
    process.sweep("redis")
    assert not any(Path(folder).exists() for folder in folders)


def gone(pid: int) -> bool:
    """Whether the process ends within ten seconds; an orphan waiting for its new parent counts as ended."""
    until = time.monotonic() + 10
    while process.alive(pid) and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


STUBBORN = """trap '' INT TERM
setsid sh -c 'trap "" INT TERM; echo $$ >> "$0"; while :; do sleep 1; done' "$0" &
echo $$ >> "$0"
wait
"""


@contextmanager
def stubborn(folder: Path) -> Iterator[list[int]]:
    """A server that no signal ends, with a child in a session of its own; the numbers of both."""
    pids = folder / "pids"
    pids.touch()
    log, both = folder / "log", lambda: len(pids.read_text().split()) == 2
    server = process.start(["sh", "-c", STUBBORN, str(pids)], log, both)
    try:
        yield list(map(int, pids.read_text().split()))
    finally:
        process.stop(server)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who started whom")
def test_a_server_that_will_not_end_is_killed_with_what_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    with stubborn(tmp_path) as pids:
        assert all(map(process.alive, pids))
    assert all(map(gone, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who started whom")
def test_a_server_that_does_not_come_up_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    pids = tmp_path / "pids"

    def fails() -> bool:
        if pids.exists() and len(pids.read_text().split()) == 2:
            raise process.NotStarted
        return False

    with pytest.raises(process.NotStarted):
        process.start(["sh", "-c", STUBBORN, str(pids)], tmp_path / "log", fails)
    assert all(gone(int(pid)) for pid in pids.read_text().split())


INTERRUPTED = """
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tests.peers import process
from tests.peers.test_peers import stubborn

def test_that_is_interrupted(monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    with stubborn(Path(__file__).parent):
        Path(__file__).with_name("ready").touch()
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who started whom")
@pytest.mark.parametrize(("end", "workers"), [(signal.SIGINT, ()), (signal.SIGTERM, ("-n", "1"))], ids=str)
def test_an_interrupted_test_leaves_nothing(tmp_path, end, workers):
    """Started as a shell's background job is: with SIGINT ignored."""
    (tmp_path / "test_it.py").write_text(INTERRUPTED)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", *workers]
    run = subprocess.Popen(
        [*command, str(tmp_path / "test_it.py")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    until = time.monotonic() + 60
    while not (tmp_path / "ready").exists():
        assert run.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    run.send_signal(end)
    run.wait(60)
    assert all(gone(int(pid)) for pid in (tmp_path / "pids").read_text().split())


@pytest.mark.browser
def test_another_event_loop_runs_once_the_browser_is_closed():
    with browsers.chromium() as browser:
        assert browser.is_connected()
    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"


def test_a_folder_of_a_living_run_is_never_swept():
    with process.folder("selftest", None) as folder:
        process.sweep("selftest")
        assert folder.exists()
        assert folder.stat().st_uid == os.geteuid()

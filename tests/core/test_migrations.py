"""The steps of the schema: up and down again on both databases, and the same as what the models say."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from governance.core import migrations
from governance.core.db import db, prepare, writing
from governance.people.access.viewer import Viewer
from governance.people.staff.signin import sign_in
from governance.places.model import Place
from governance.tickets.reporting import reports
from governance.web.app import create_app
from tests.app import DATABASES, settings_for
from tests.cast import PASSWORD
from tests.peers.postgres import Cluster


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.create_database()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def test_every_step_goes_up_and_down_and_up_again(url: str) -> None:
    steps = list(ScriptDirectory.from_config(migrations.configuration(url)).walk_revisions())
    for step in reversed(steps):
        migrations.upgrade(url, step.revision)
        migrations.downgrade(url, step.down_revision or "base")
        migrations.upgrade(url, step.revision)
    assert "ticket" in tables(url)
    migrations.downgrade(url, "base")
    assert tables(url) == set()


def test_the_steps_lead_to_what_the_models_say(url: str) -> None:
    migrations.upgrade(url)
    with migrations._steps(url) as config:
        command.check(config)


def test_accounts_and_sessions_survive_the_step_that_makes_their_table_anew(url: str) -> None:
    migrations.upgrade(url, "0001")
    engine = create_engine(url)
    prepare(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO person (id, created_at) VALUES (1, '2026-01-01 00:00:00')"))
        connection.execute(text("INSERT INTO identity (id, person_id, kind, subject) VALUES (7, 1, 'account', 'gao')"))
        columns = "(id, token_hash, identity_id, agent, created_at, seen_at, expires_at)"
        times = "'2026-01-01 00:00:00', '2026-01-01 00:00:00', '2036-01-01 00:00:00'"
        connection.execute(text(f"INSERT INTO staff_session {columns} VALUES (3, 'h', 7, '', {times})"))
    for step in (migrations.upgrade, lambda url: migrations.downgrade(url, "0001"), migrations.upgrade):
        step(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT id, identity_id FROM staff_session")).all() == [(3, 7)]
            assert connection.execute(text("SELECT id, kind, subject FROM identity")).all() == [(7, "account", "gao")]
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO identity (id, person_id, kind, subject) VALUES (8, 1, 'phone', 'x')"))
    engine.dispose()


def test_a_database_with_data_survives_asking_again(settled, tmp_path: Path) -> None:
    folder, _cast = settled
    settings = settings_for(folder, f"sqlite:///{folder / 'onecode.sqlite3'}")
    before = tables(settings.database)
    migrations.upgrade(settings.database)
    assert tables(settings.database) == before


def test_taking_steps_back_and_again_loses_no_row_and_breaks_no_key(settled, tmp_path: Path) -> None:
    shutil.copytree(settled[0], tmp_path / "var")
    url = f"sqlite:///{tmp_path / 'var' / 'onecode.sqlite3'}"

    def rows() -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(tmp_path / "var" / "onecode.sqlite3")) as database:
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            counts = [f"(SELECT count(*) FROM {name})" for name in ("identity", "staff_session", "ticket", "follow")]
            return database.execute(f"SELECT {', '.join(counts)}").fetchall()

    with create_app(settings_for(tmp_path / "var", url)).app_context():
        with writing():
            ticket = reports.submit_report(
                db.session.get_one(Place, 6), Viewer(person_id=1), settled[1].category("light"), "1", words="灯"
            )
            assert ticket.id
        sign_in("gao", PASSWORD, "test")
        db.session.remove()
        db.engine.dispose()
    before = rows()
    migrations.downgrade(url, "0001")
    migrations.upgrade(url)
    assert rows() == before and min(before[0]) > 0

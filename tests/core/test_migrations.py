"""The steps of the schema: up and down again on both databases, and the same as what the models say."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from governance.core import migrations
from tests.app import DATABASES, settings_for
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


def test_a_database_with_data_survives_asking_again(settled, tmp_path: Path) -> None:
    folder, _cast = settled
    settings = settings_for(folder, f"sqlite:///{folder / 'onecode.sqlite3'}")
    before = tables(settings.database)
    migrations.upgrade(settings.database)
    assert tables(settings.database) == before

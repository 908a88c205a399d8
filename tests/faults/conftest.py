"""A town big enough for a crowd, with its processes running: on SQLite alone, or on PostgreSQL with Redis."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from governance.core.config import Settings
from governance.core.db import db, writing
from governance.places.actions import add_place, print_code
from governance.web.app import create_app
from tests.app import DATABASES, settings_for, settle_in
from tests.cast import Cast
from tests.faults.deployment import Deployment, deployed
from tests.peers import process
from tests.peers.postgres import Cluster, database_name
from tests.peers.redis import Server


@dataclass
class Town:
    """`app` reads what the processes of `deployment` write; it takes part in nothing."""

    app: Flask
    cast: Cast
    settings: Settings
    deployment: Deployment

    def codes(self, courtyards: int) -> list[str]:
        """More places to report from, five buildings in each courtyard: one place takes 200 reports an hour."""
        with writing():
            grid = self.cast.place("第一网格")
            yards = [add_place("courtyard", f"{number}号大院", grid, "demo") for number in range(1, courtyards + 1)]
            buildings = [add_place("building", f"{at}号楼", yard, "demo") for yard in yards for at in range(1, 6)]
            return [print_code(building, "demo").token for building in buildings]


@pytest.fixture(scope="session")
def durable_settled(durable_postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Cast]:
    """The cast in a database of the cluster that survives a crash."""
    return settle_in(durable_postgres, tmp_path_factory.mktemp("settled"))


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    with process.folder("town", None) as folder:
        yield from _town(request, folder / "var")


def _town(request: pytest.FixtureRequest, folder: Path) -> Iterator[Town]:
    """With its data on a disk, where what was committed must be found again."""
    if request.param == "sqlite":
        settled, cast = request.getfixturevalue("settled")
        shutil.copytree(settled, folder)
        url = f"sqlite:///{folder / 'onecode.sqlite3'}"
    else:
        cluster: Cluster = request.getfixturevalue("durable_postgres")
        template, cast = request.getfixturevalue("durable_settled")
        url = cluster.create_database(database_name(template))
    settings = settings_for(folder, url)
    if request.param == "postgresql":
        redis: Server = request.getfixturevalue("redis")
        redis.forget()  # the limits of another town's places, which have the same numbers
        settings = settings.model_copy(update={"redis_url": redis.url})
    app = create_app(settings)
    with app.app_context():
        with deployed(settings) as deployment:
            yield Town(app, cast, settings, deployment)
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        cluster.drop_database(url)

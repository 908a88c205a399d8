"""A fresh application on SQLite for each test, and the cast in it."""

import pytest

from governance.core.config import load
from governance.core.migrations import upgrade
from governance.web import create_app
from tests import cast as people


@pytest.fixture
def app(tmp_path):
    settings = load(_env_file=None, var_dir=tmp_path, demo=True)
    upgrade(settings.database)
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def cast(app):
    return people.settle()

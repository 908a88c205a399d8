"""The synthetic district, small: it hangs together, people can work in it, and what is made afterwards fits in."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from governance.core import migrations
from governance.core.db import db, writing
from governance.core.events import Event, broken_at, seal
from governance.demo import district
from governance.demo.district import Size
from governance.people.model import Post
from governance.places.actions import add_place
from governance.places.model import Code, Place, under
from governance.relay.delivery.fan_out import expand
from governance.relay.model import Delivery, Group, GroupPlace
from governance.tickets.model import Ticket
from governance.web.app import create_app
from tests.app import DATABASES, settings_for
from tests.peers.postgres import Cluster
from tests.phone import Phone

SMALL = Size(streets=2, communities=5, grids=2, buildings=3)
CODED = 5 * 2 * (1 + 3)


@pytest.fixture(params=DATABASES)
def made(request: pytest.FixtureRequest, tmp_path: Path):
    """An application on an empty database that was filled; its accounts and what was said meanwhile."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'onecode.sqlite3'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.create_database()
    migrations.upgrade(url)
    app, said = create_app(settings_for(tmp_path / "var", url)), []
    with app.app_context():
        yield app, district.fill("a demo password", SMALL, 60, said.append), said
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        cluster.drop_database(url)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_it_has_the_asked_size_and_hangs_together(made) -> None:
    _app, accounts, said = made
    assert (count(Code), count(Group), count(GroupPlace)) == (CODED, CODED, CODED)
    kinds = dict(db.session.execute(select(Place.kind, func.count()).group_by(Place.kind)).all())
    assert kinds == {"district": 1, "street": 2, "community": 5, "grid": 10, "courtyard": 10, "building": 30}
    for place in db.session.scalars(select(Place)):
        line = place.above()
        assert [one.id for one in line] == list(place.ancestors) and line[-1] is place
        assert {one.kind: one.id for one in line}.get("community") == place.community_id
    assert {account.role for account in accounts} == {"district", "street", "community", "grid"}
    assert count(Post) == 19 and said[0] == f"地点 {1 + 2 + 5 + 10 + 10 + 30}/58" and said[-1] == "工单 60/60"


def test_its_tickets_stand_where_they_were_reported_and_nobody_is_told(made) -> None:
    assert count(Ticket) == 60
    for ticket in db.session.scalars(select(Ticket)):
        assert ticket.community_id == ticket.place.community_id and ticket.status
    while seal():
        pass
    streams = set(db.session.scalars(select(Event.stream)))
    assert streams and [broken_at(stream) for stream in streams] == [None] * len(streams)
    assert not expand() and count(Delivery) == 0


def test_people_can_work_in_it_and_what_comes_afterwards_fits_in(made) -> None:
    app, accounts, _said = made
    token = db.session.scalars(select(Code.token).join(Place).where(Place.kind == "building")).first()
    resident, worker = Phone(app), Phone(app)
    assert resident.get(f"/c/{token}").status_code == 200
    address = resident.report(token)
    assert resident.get(address).status_code == 200
    grid = next(account for account in accounts if account.role == "grid")
    worker.get("/signin")
    assert worker.post("/signin", account=grid.account, password=grid.password).status_code == 303
    assert worker.get("/desk?tab=all").status_code == 200
    db.session.rollback()
    with writing():
        yard = db.session.scalars(select(Place).filter_by(kind="courtyard")).first()
        added = add_place("building", "新楼", yard, "测试")
    assert db.session.scalar(select(func.count()).select_from(Place).where(under(yard))) == 5 and added.id > 58

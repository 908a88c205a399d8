"""However many groups there are, telling, counting, stopping and reporting ask the database the same few times."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, insert, select

from governance.core.db import db, writing
from governance.notices import actions
from governance.notices.progress import lot, progress, table
from governance.notices.reach import needs_second, reach
from governance.relay.model import Group, GroupPlace
from tests.notices.conftest import expand_all


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def bound(cast, count: int) -> None:
    """So many more groups at one place."""
    place = cast.place("5号楼")
    with writing():
        known = set(db.session.scalars(select(Group.id)))
        facts = {"channel": "manual", "audience": "residents", **place.areas()}
        db.session.execute(
            insert(Group.__table__), [{"name": f"{one}群", "settings": "{}"} | facts for one in range(count)]
        )
        fresh = select(Group.id).where(Group.id.not_in(known or {0}))
        rows = [{"group_id": id_, "place_id": place.id} for id_ in db.session.scalars(fresh)]
        db.session.execute(insert(GroupPlace), rows)


def statements(app, cast, write) -> dict[str, int]:
    """How often each step asks, for a notice to all groups there are by now."""
    app.extensions["settings"].notice_alone_groups, notice = 10_000, write()
    expand_all()  # what was done before
    place, audiences, shen = notice.place, notice.audiences, cast.viewer("shen")
    steps = {
        "reach": lambda: reach(place, audiences, False),
        "second": lambda: needs_second(notice),
        "publish": lambda: actions.make_move(notice, "publish", shen, {}),
        "expand": expand_all,
        "progress": lambda: progress(notice),
        "lot": lambda: lot(notice, "by_hand", "", ""),
        "table": lambda: list(table(notice)),
        "stop": lambda: actions.make_move(notice, "stop", shen, {"note": "写错了"}),
    }
    found = {}
    for name, step in steps.items():
        db.session.rollback()
        with counted() as asked:
            step()
        found[name] = len(asked)
    return found


def test_the_number_of_questions_does_not_grow_with_the_number_of_groups(app, cast, write) -> None:
    bound(cast, 30)
    few = statements(app, cast, write)
    bound(cast, 600)
    assert statements(app, cast, write) == few

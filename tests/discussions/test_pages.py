"""Every page that shows a topic, in every state, for everybody; and every line of its record."""

import uuid
from typing import Any

import pytest

from governance.core.db import db, now, writing
from governance.core.lifecycle import Reader
from governance.discussions import actions
from governance.discussions.lifecycle import LIFE, LISTED, MERGED, PARTLY_DONE, PROPOSED, SETTLED
from governance.discussions.model import Deed, Topic
from governance.links import tie
from tests.app import Used
from tests.cast import Cast
from tests.lifecycle_pages import Pages, card, put_on_record, said, steps
from tests.phone import Phone

STATES = [state.name for state in LIFE.states]
STAFF = ("gao", "shen", "qiao")
CONCERNED = ("author", "follower")
PARTLY = "with a deed"


@pytest.fixture(scope="module")
def pages(sqlite_used: Used) -> Pages:
    """Asked for once; the tests judge what was answered."""
    with sqlite_used.once() as (app, cast):
        asked = Pages({name: Phone(app) for name in ("stranger", *CONCERNED, *STAFF)})
        for name in STAFF:
            asked.phones[name].sign_in(name)
        for name in CONCERNED:
            asked.phones[name].known_as(name, cast, door="3单元501" if name == "author" else "3单元502")
        refs = {state: _topic(cast, state).ref for state in STATES}
        asked.refs = refs  # type: ignore[attr-defined]
        partly, whole = _with_a_deed(cast), _with_every_line(cast)
        for state, ref in refs.items():
            for page in ("", "/say"):
                asked.ask(f"page{page}", state, f"/topics/{ref}{page}")
            asked.ask("record", state, f"/topics/{ref}/record", "shen")
        asked.ask("page", PARTLY, f"/topics/{partly}")
        asked.ask("lines", "", f"/topics/{whole}")
        asked.ask("record", "", f"/topics/{whole}/record", "shen", "qiao")
        asked.ask("desk", "", "/desk/topics", "shen", "qiao")
        asked.ask("hall", "", f"/c/{cast.codes['5号楼']}/topics", "stranger")
        asked.ask("scan", "", f"/c/{cast.codes['5号楼']}", "stranger")
        asked.ask("mine", "", "/me", *CONCERNED)
        return asked


def _topic(cast: Cast, state: str) -> Topic:
    """One that staff have looked at, unless it is only proposed."""
    by, follower = (cast.known(name) for name in CONCERNED)
    with writing():
        made = actions.propose(cast.place("3号院"), by, str(uuid.uuid4()), f"充电棚 {state}", "现在飞线充电")
        made.state, made.checked_at = state, None if state == PROPOSED else now()
        made.decision, made.decided_at = "东门装两个", now()
        made.merged_into_id = made.id if state == MERGED else None
        actions.follow(made, follower)
    return made


def _with_a_deed(cast: Cast) -> str:
    topic = _topic(cast, next(state.name for state in LIFE.states if state.gives_tasks))
    place = topic.place
    with writing():
        deed = Deed(topic_id=topic.id, place_id=place.id, title="装好了", done_on=now().date(), **place.areas())
        db.session.add(deed)
        db.session.flush()
        tie(("topic", topic.id), ("deed", deed.id))
    return topic.ref


def _with_every_line(cast: Cast) -> str:
    made = _topic(cast, LISTED[0])
    with writing():
        put_on_record(LIFE, made, made.place, title="东门两个")
    return made.ref


@pytest.mark.parametrize("state", STATES)
def test_everybody_who_may_read_it_reads_where_a_topic_stands_and_what_comes_next(pages: Any, state: str) -> None:
    here = LIFE.state(state)
    hidden_from = ("stranger", "follower") if state == PROPOSED else ()
    for reader, page in pages.of("page", state, hidden_from).items():
        assert str(here.now) in page and str(here.next) in page, reader
        assert f'<span class="chip chip--{here.tone}">{here.label}</span>' in page, reader
    for reader, page in pages.of("page/say", state, hidden_from).items():
        assert f'<span class="chip chip--{here.tone}">{here.label}</span>' in page, reader
        assert here.spoken_in or str(here.now) in page, reader
    assert str(LIFE.lines["propose"].done) in pages.of("record", state)["shen"]


def test_once_something_is_done_everybody_is_asked_how(pages: Any) -> None:
    for page in pages.of("page", PARTLY).values():
        assert all(str(words) in page for words in PARTLY_DONE)


@pytest.mark.parametrize("state", STATES)
def test_every_list_shows_its_state(pages: Any, state: str) -> None:
    here, address = LIFE.state(state), f"/topics/{pages.refs[state]}"
    lists = {}
    if state in (*LISTED, *SETTLED):
        lists["hall"] = pages.of("hall", "")["stranger"]
    if state in (*LISTED, PROPOSED):
        lists |= pages.of("desk", "")
    for name, page in lists.items():
        shown = card(page, address)
        assert f'<span class="chip chip--{here.tone}">{here.label}</span>' in shown and str(here.next) in shown, name
    mine = pages.of("mine", "")
    for reader in CONCERNED if state != PROPOSED else ("author",):
        assert f">{here.label}</span>" in card(mine[reader], f"{address}/say"), reader


def test_the_page_behind_a_code_shows_what_is_talked_over(pages: Any) -> None:
    page = pages.of("scan", "")["stranger"]
    shown = [state for state in LISTED if f'href="/topics/{pages.refs[state]}"' in page]
    assert shown
    for state in shown:
        assert f">{LIFE.state(state).label}</span>" in card(page, f"/topics/{pages.refs[state]}")


@pytest.mark.parametrize("line", LIFE.lines.values(), ids=LIFE.lines)
def test_a_line_is_read_by_whom_the_table_says_and_nobody_else(pages: Any, line: Any) -> None:
    """The page is the same for all; the rest is on the page of the whole record."""
    label = f"{line.done}{'“东门两个”' if line.detail else ''}"
    for reader, page in pages.of("lines", "").items():
        assert (label in steps(page)) is (line.readers is Reader.EVERYBODY), reader
        shown = line.readers is line.words is Reader.EVERYBODY
        assert (said(line.name) in page) is shown, reader
    for reader, page in pages.of("record", "").items():
        assert f"<td>{line.done}<br>" in page and f"<td>{said(line.name)}</td>" in page, reader

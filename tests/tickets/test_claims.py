"""Pages state only what is in the record: a claim is read only where its event is, whoever reads it and wherever."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from governance.core.db import db, now, writing
from governance.core.events import history
from governance.core.web import page_cache
from governance.people.access.viewer import Viewer
from governance.people.model import Person, Post
from governance.tickets.actions import make_move
from governance.tickets.lifecycle import APPEALED, LIFE
from governance.tickets.model import Follow, Ticket
from governance.tickets.reminders import record_due_and_late
from governance.tickets.reporting import reports
from governance.tickets.responses import answers, feedback
from tests.app import Used
from tests.cast import Cast, resident
from tests.phone import Phone

# A claim: the words of it, and the events of which one must stand in the record, none of the `undone` after it.
CLAIMS: dict[str, tuple[str, str]] = {
    r"看过了": ("accept reopen", "no"),
    r"交给(?!网格员</button>)": ("dispatch", ""),
    r"(?<!网格员)在办(?!的事)|开始办了": ("accept dispatch start resume reopen hold finish", "no"),
    r"先等一等": ("hold", ""),
    r"退回来": ("return", ""),
    r"办完了|已经办完|办好了(?!就)": ("finish", "no"),
    r"核查过了": ("verify", ""),
    r"合在一起": ("merge", ""),
    r"大家商量(?!着|的事)": ("to_topic", ""),
    r"(?<!能)撤回了|已撤回": ("withdraw", ""),
    r"办不了": ("decline", ""),
    r"催过|在催|有人催了": ("nudge", ""),
    r"提醒过": ("late", ""),
    r"已受理|挂账|退单|并单|待核查|派单|办结|结案": ("nothing says so to residents", ""),
}
Told = Callable[[Cast, Ticket, Viewer], None]


def _moves(*made: tuple[str, str, dict[str, str]]) -> Told:
    def tell(cast: Cast, ticket: Ticket, reporter: Viewer) -> None:
        for name, by, given in made:
            asked = {key: str(cast.bodies.get(value, value)) for key, value in given.items()}
            make_move(ticket, name, cast.viewer(by) if by else reporter, {"note": "看了"} | asked, str(uuid.uuid4()))

    return tell


def _answers_no(cast: Cast, ticket: Ticket, reporter: Viewer) -> None:
    _moves(("accept", "gao", {}), ("finish", "gao", {}))(cast, ticket, reporter)
    with writing():
        answers.give_feedback(ticket, reporter, "no", None, "")


def _late(cast: Cast, ticket: Ticket, reporter: Viewer) -> None:
    with writing():
        ticket.due_at = now() - timedelta(hours=1)


def _late_and_recorded(cast: Cast, ticket: Ticket, reporter: Viewer) -> None:
    _late(cast, ticket, reporter)
    record_due_and_late()


def _nudged(cast: Cast, ticket: Ticket, reporter: Viewer) -> None:
    with writing():
        feedback.nudge(ticket, reporter)


ACCEPT = ("accept", "gao", {})
STORIES: dict[str, Told] = {
    "reported": _moves(),
    "nudged": _nudged,
    "accepted": _moves(ACCEPT),
    "said not to be solved": _answers_no,
    "reopened by staff": _moves(ACCEPT, ("finish", "gao", {}), ("reopen", "shen", {})),
    "dispatched": _moves(ACCEPT, ("dispatch", "shen", {"body": "绿叶物业"})),
    "returned": _moves(ACCEPT, ("dispatch", "shen", {"body": "绿叶物业"}), ("return", "wu", {})),
    "being done": _moves(ACCEPT, ("dispatch", "shen", {"body": "绿叶物业"}), ("start", "wu", {})),
    "on hold": _moves(ACCEPT, ("hold", "gao", {})),
    "finished at once": _moves(("finish", "gao", {})),
    "declined": _moves(("decline", "gao", {})),
    "withdrawn": _moves(("withdraw", "", {})),
    "late": _late,
    "late and recorded": _late_and_recorded,
}


class Read:
    """What was read of each story, by page and reader, and its events."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str, str], str] = {}
        self.events: dict[str, list[str]] = {}


@pytest.fixture(scope="module")
def read(sqlite_used: Used) -> Read:
    with sqlite_used.once() as (app, cast):
        found, phones = Read(), {name: Phone(app) for name in ("stranger", "reporter", "joiner")}
        for name in ("reporter", "joiner"):
            phones[name].known_as(name, cast)
        reporter = resident(db.session.get_one(Person, cast.people["reporter"]))
        for story, tell in STORIES.items():
            with writing():
                ticket = reports.submit_report(
                    cast.place("5号楼"), reporter, cast.category("light"), str(uuid.uuid4()), words=f"灯 {story}"
                )
                ticket.checked_at = now()
                db.session.add(Follow(ticket_id=ticket.id, person_id=cast.people["joiner"], role="joiner"))
            tell(cast, ticket, reporter)
            found.events[story] = [_verb(event) for event in history("ticket", ticket.id)]
            page_cache.clear()
            for name, phone in phones.items():
                found.pages[story, "ticket", name] = _text(phone.get(f"/t/{ticket.ref}").text)
                lists = [f"/c/{cast.codes['5号楼']}"] if name == "stranger" else ["/me"]
                for address in lists:
                    card = re.search(rf'href="/t/{ticket.ref}">(.*?)</a>', phone.get(address).text, re.S)
                    found.pages[story, address, name] = unescape(card[1]) if card else ""
        return found


def _verb(event: Any) -> str:
    return "no" if event.verb == "answer" and event.data["solved"] == "no" else str(event.verb)


def _text(page: str) -> str:
    """What a page states: without forms, buttons and what is only offered, and without the words of the people."""
    main = unescape(page[page.index("<header") : page.index("<footer")])
    return re.sub(r"<form.*?</form>|<details.*?</details>|<script.*?</script>|<h2>.*?</h2>", "", main, flags=re.S)


@pytest.mark.parametrize("story", STORIES)
def test_a_claim_is_read_only_where_its_event_is_in_the_record(read: Read, story: str) -> None:
    events = read.events[story]
    for (told, page, reader), text in read.pages.items():
        if told != story:
            continue
        now_and_chip = re.sub(r'<ol class="steps">.*?</ol>', "", text, flags=re.S)
        for claim, (verbs, undone) in CLAIMS.items():
            if not re.search(claim, text):
                continue
            made = [number for number, verb in enumerate(events) if verb in verbs.split()]
            assert made, (claim, page, reader, events)
            if undone and re.search(claim, now_and_chip):
                assert undone not in events[made[-1] :], (claim, page, reader, events)


@pytest.mark.parametrize("story", ["late", "late and recorded"])
def test_late_is_said_in_words_wherever_it_is_shown(read: Read, story: str) -> None:
    shown = {(page, reader): text for (told, page, reader), text in read.pages.items() if told == story}
    assert len(shown) == 6
    for where, text in shown.items():
        assert "已经超时" in text, where


def test_where_the_grid_has_no_worker_nothing_is_handed_to_one(sqlite_used: Used) -> None:
    with sqlite_used.once() as (app, cast):
        with writing():
            db.session.query(Post).filter_by(role="grid").update({"until": now()})
        page_cache.clear()
        one = Phone(app)
        form = one.get(f"/c/{cast.codes['5号楼']}/report").text
        there = one.report(cast.codes["5号楼"])
        page = one.get(there).text
        assert "网格员" not in form + page and "交给社区</button>" in form
        assert "已经送到社区" in page


def test_residents_read_three_states_of_what_goes_on() -> None:
    read = {str(state.for_residents) for state in LIFE.states if state.open or state.put_right}
    assert read == {"等着看", "在办", "办好了"}


@pytest.mark.parametrize(
    "state", [state for state in LIFE.states if state.running and state.name != APPEALED], ids=lambda state: state.name
)
def test_where_the_clock_runs_the_sentence_says_until_when(state: Any) -> None:
    """But where the office above looks again: nobody has said yet that it will be done."""
    assert "%(deadline)s" in str(state.next)

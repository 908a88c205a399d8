"""Every page that shows a ticket, in every state, for everybody; and every line of its record."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, now, writing
from governance.core.lifecycle import Reader
from governance.core.web.pages import minute
from governance.people.access.viewer import Viewer
from governance.people.model import Identity
from governance.tickets import assist
from governance.tickets.lifecycle import LIFE, LISTED, MERGED, PUT_RIGHT
from governance.tickets.model import Follow, Slip, Ticket
from governance.tickets.reporting import reports
from tests.app import Used
from tests.cast import Cast
from tests.lifecycle_pages import Pages, card, put_on_record, said, steps
from tests.phone import Phone

STATES = [state.name for state in LIFE.states]
STAFF = ("gao", "shen", "qiao", "wu", "lin")
CONCERNED = ("reporter", "joiner")
IN_CHARGE = ("gao", "shen", "qiao", "wu")
WHY, BODY = "等施工队", "绿叶物业"
FACTS = {"body": BODY, "into": "7-5", "title": "充电棚", "solved": "partly", "parts": ["words"]}
DETAILS = {"body": BODY, "into": "7-5", "title": "充电棚", "solved": "好了一部分", "parts": "文字"}


@pytest.fixture(scope="module")
def pages(sqlite_used: Used) -> Pages:
    """Asked for once; the tests judge what was answered."""
    with sqlite_used.once() as (app, cast):
        asked = Pages({name: Phone(app) for name in ("stranger", *CONCERNED, *STAFF)})
        for name in STAFF:
            asked.phones[name].sign_in(name)
        people = {name: _person(asked.phones[name], cast) for name in CONCERNED}
        refs = {state: _ticket(cast, people, state).ref for state in STATES}
        asked.refs = refs  # type: ignore[attr-defined]
        whole = _with_every_line(cast, people)
        for state, ref in refs.items():
            asked.ask("page", state, f"/t/{ref}")
            asked.ask("record", state, f"/t/{ref}/record", "shen")
            asked.ask("slip", state, f"/s/{_slip(ref)}", "stranger")
        asked.ask("lines", "", f"/t/{whole}")
        asked.ask("record", "", f"/t/{whole}/record", "shen", "qiao")
        asked.ask("desk", "", "/desk?tab=all", *IN_CHARGE)
        asked.ask("work here", "", f"/desk/at/{cast.codes['5号楼']}", "gao")
        asked.ask("scan", "", f"/c/{cast.codes['5号楼']}", "stranger")
        asked.ask("open here", "", f"/c/{cast.codes['5号楼']}/report", "stranger")
        asked.ask("mine", "", "/me", *CONCERNED)
        asked.due = minute(find_by(Ticket, ref=refs[STATES[0]]).due_at)  # type: ignore[attr-defined,union-attr]
        return asked


def _person(phone: Phone, cast: Cast) -> int:
    """Somebody becomes a person by their first report, which is withdrawn."""
    ref = phone.report(cast.codes["6号楼"]).rpartition("/")[2]
    assert phone.post(f"/t/{ref}/moves/withdraw").status_code == 303
    db.session.rollback()
    return db.session.scalars(select(Identity.person_id).filter_by(kind="device", subject=phone.subject)).one()


def _ticket(cast: Cast, people: dict[str, int], state: str) -> Ticket:
    with writing():
        made = reports.submit_report(
            cast.place("5号楼"),
            Viewer(person_id=people["reporter"]),
            cast.category("light"),
            str(uuid.uuid4()),
            words=f"灯不亮 {state}",
        )
        made.checked_at, made.body_id, made.hold_reason = now(), cast.bodies[BODY], WHY
        made.state = state
        made.resolved_at = now() if made.status.put_right else None
        made.closed_at = None if made.status.open else now()
        made.merged_into_id = made.id if state == MERGED else None
        made.joined = 1
        db.session.add(Follow(ticket_id=made.id, person_id=people["joiner"], role="joiner"))
        db.session.add(Slip(secret_hash=assist._hash(_slip(made.ref)), ticket_id=made.id, by_id=cast.people["gao"]))
    return made


def _slip(ref: str) -> str:
    return f"slip-of-{ref}"


def _with_every_line(cast: Cast, people: dict[str, int]) -> str:
    over = next(state.name for state in LIFE.states if not state.open)  # so it is on no list of what goes on
    made = _ticket(cast, people, over)
    with writing():
        put_on_record(LIFE, made, made.place, **FACTS)
    return made.ref


@pytest.mark.parametrize("state", STATES)
def test_everybody_reads_where_a_ticket_stands_and_what_comes_next(pages: Any, state: str) -> None:
    here = LIFE.state(state)
    facts = {"owner": BODY, "deadline": str(here.deadline) % {"due": pages.due}, "why": WHY}
    read = pages.of("page", state) | {"slip": pages.of("slip", state)["stranger"]}
    for reader, page in read.items():
        assert str(here.now) % facts in page, reader
        then = here.next if reader in CONCERNED else here.next_unasked or here.next
        assert str(then) % facts in page or reader == "slip", reader
        chip = here.label if reader in IN_CHARGE else here.for_residents
        assert f">{chip}</span>" in page or reader == "slip", reader
    assert str(LIFE.lines["report"].done) in pages.of("record", state)["shen"]


@pytest.mark.parametrize("state", STATES)
def test_every_list_shows_its_state(pages: Any, state: str) -> None:
    here, address = LIFE.state(state), f"/t/{pages.refs[state]}"
    lists = {**pages.of("desk", ""), **pages.of("mine", "")}
    if state in (*LISTED, *PUT_RIGHT):
        lists["scan"] = pages.of("scan", "")["stranger"]
    if here.running:
        lists["work here"] = pages.of("work here", "")["gao"]
    for name, page in lists.items():
        chip = "chip" if name in CONCERNED else f"chip chip--{here.tone}"
        label = here.label if name in (*STAFF, "work here") else here.for_residents
        assert f'<span class="{chip}">{label}</span>' in card(page, address), name


def test_whoever_reports_is_shown_the_tickets_they_could_join(pages: Any) -> None:
    page = pages.of("open here", "")["stranger"]
    shown = [state for state in LISTED if f"join-{pages.refs[state]}" in page]
    assert len(shown) == min(8, len(LISTED))
    for state in shown:
        assert f"· {LIFE.state(state).for_residents} ·" in page


@pytest.mark.parametrize("line", LIFE.lines.values(), ids=LIFE.lines)
def test_a_line_is_read_by_whom_the_table_says_and_nobody_else(pages: Any, line: Any) -> None:
    readers = dict.fromkeys(IN_CHARGE, Reader.IN_CHARGE) | {"reporter": Reader.CONCERNED}
    detail = DETAILS.get(line.detail, "")
    label = f"{line.done}{' ' if detail else ''}{detail}"
    for reader, page in pages.of("lines", "").items():
        near, listed = readers.get(reader, Reader.EVERYBODY), steps(page)
        assert (label in listed) is (line.readers <= near), reader
        may_read = max(line.readers, line.words) <= near
        assert (said(line.name) in page) is may_read, reader
    for reader, page in pages.of("record", "").items():
        assert f"<td>{line.done}<br>" in page and f"<td>{said(line.name)}</td>" in page, reader

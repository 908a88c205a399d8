"""The walk finds what it is for: each of these puts one fault into the application and expects it to be reported."""

from types import SimpleNamespace

import pytest
from flask import Blueprint
from sqlalchemy import true

from governance.core.web.security import UndeclaredAudience
from governance.discussions import contributions
from governance.discussions import queries as hall
from governance.people.access.permissions import (
    RULES,
    above_grid,
    anyone,
    author,
    checked,
    handler_role,
    keeper,
    office,
    officer_here,
    reporter,
    staff,
    staff_here,
)
from governance.tickets import queries
from governance.web import app
from tests.people.access.walking import Walk, answers, filled

pytestmark = pytest.mark.mainly_on("sqlite")  # it asks the walk whether it would notice; the walk goes over both
VOICE = "/topics/<ref>/statements/<int:number>/voice"
MOVE = "/topics/<ref>/moves/<move>"
MODERATE = "/topics/<ref>/<any(statement,reply):noun>/<int:number>/<any(hide,show,uphold,hand_over):step>"
APPEAL = "/topics/<ref>/<any(statement,reply):noun>/<int:number>/appeal"
FAULTY_RULES = {
    "any staff may accept": ("ticket.accept", handler_role, "POST /t/<ref>/moves/<move> accept"),
    "the grid may reopen": ("ticket.reopen", staff_here, "POST /t/<ref>/moves/<move> reopen"),
    "the community lost the record": ("ticket.record", officer_here, "GET /t/<ref>/record public"),
    "a private ticket may be followed": ("ticket.follow", anyone, "GET /t/<ref> private"),
    "who finished may verify": ("ticket.verify", staff_here, "POST /t/<ref>/moves/<move> verify finisher"),
    "who finished may call back": ("ticket.answer", reporter | office, "POST /t/<ref>/answer answer finisher"),
    "photos before the check": (
        "ticket.photos",
        anyone,
        "GET /t/<ref>/photos/<key>-<any(full,thumb):size>.jpg unchecked",
    ),
    "contact for anybody at work": ("ticket.contact", handler_role, "POST /t/<ref>/contact public"),
    "a proposal before the check": ("topic.read", anyone, "GET /topics/<ref> proposed"),
    "a proposal for staff elsewhere": ("topic.read", checked | author | staff, "GET /topics/<ref> proposed"),
    "the author lost the proposal": ("topic.read", checked | above_grid, "GET /topics/<ref>/say proposed"),
    "saying without being known": ("topic.say", checked | above_grid, "POST /topics/<ref>/statements open"),
    "answering what nobody looked at": ("topic.voice", anyone, f"POST {VOICE} proposed"),
    "the keeper withdraws it": ("topic.withdraw", above_grid | author, f"POST {MOVE} withdraw proposed"),
    "moderation from elsewhere": ("topic.moderate", keeper, f"POST {MODERATE} hide"),
    "the author approves": ("notice.approve", above_grid, "POST /keep/notices/<int:notice_id>/moves/<move> approve"),
    "a draft for everybody": ("notice.read", anyone, "GET /notices/<notice> draft"),
    "the record from elsewhere": ("topic.record", keeper, "GET /topics/<ref>/record open"),
}


@pytest.fixture(scope="module")
def walk(shared_world) -> Walk:
    return Walk(*shared_world)


def wrong(walk: Walk, name: str) -> list[str]:
    (line,) = (line for line in answers() if str(line) == name)
    return [str(one) for one in walk.line(line)]


@pytest.mark.parametrize("fault", FAULTY_RULES)
def test_a_faulty_rule_is_found(walk, monkeypatch, fault: str) -> None:
    action, rule, line = FAULTY_RULES[fault]
    monkeypatch.setitem(RULES, action, rule)
    assert wrong(walk, line)
    monkeypatch.undo()
    assert wrong(walk, line) == []


def test_a_forgotten_scope_is_found(walk, monkeypatch) -> None:
    monkeypatch.setattr(queries, "may", lambda *_: True)
    assert wrong(walk, "GET /t/<ref> private")


def test_a_forgotten_scope_of_the_hall_is_found(walk, monkeypatch) -> None:
    monkeypatch.setattr(hall, "may", lambda *_: True)
    assert wrong(walk, "GET /topics/<ref> proposed")


def test_an_appeal_that_does_not_ask_whose_words_they_are_is_found(walk, monkeypatch) -> None:
    def anybodys(spoken, by, words):
        spoken.appeal = words

    monkeypatch.setattr(contributions, "appeal", anybodys)
    assert wrong(walk, f"POST {APPEAL} statement hidden")


def test_a_lock_taken_off_a_route_is_found(walk, monkeypatch) -> None:
    monkeypatch.setattr(walk.app.view_functions["desk.home"], "open_to", anyone)
    assert wrong(walk, "GET /desk")
    monkeypatch.setattr(walk.app.view_functions["discussions.words"], "open_to", keeper)
    assert wrong(walk, "GET /desk/topics/words")


def test_a_refusal_that_tells_foreign_from_missing_is_found(walk, monkeypatch) -> None:
    whole = queries.find_ticket

    def talkative(ref, viewer):
        try:
            return whole(ref, viewer)
        except queries.Missing as trouble:
            is_there = queries.db.session.query(queries.Ticket).filter_by(ref=ref).count()
            raise queries.Missing(f"{trouble}{'：不公开' if is_there else ''}") from None

    monkeypatch.setattr(queries, "find_ticket", talkative)
    assert wrong(walk, "GET /t/<ref> private")


def test_a_right_that_outlives_its_post_is_found(walk, monkeypatch) -> None:
    monkeypatch.setattr("governance.people.access.current.Post.held", staticmethod(lambda _: true()))
    assert any("left" in one for one in wrong(walk, "GET /desk"))


def test_an_argument_without_a_maker_stops_the_walk() -> None:
    with pytest.raises(LookupError, match="<parcel> has no maker"):
        filled("/parcels/<int:parcel>", {"ref": "a"})


def test_a_route_without_a_declared_audience_stops_the_start(walk, monkeypatch) -> None:
    forgotten = Blueprint("forgotten", __name__)
    forgotten.get("/forgotten")(lambda: "open to whom?")
    slice_ = SimpleNamespace(init_app=lambda flask_app: flask_app.register_blueprint(forgotten))
    monkeypatch.setattr(app, "SLICES", (*app.SLICES, slice_))
    with pytest.raises(UndeclaredAudience, match="/forgotten"):
        app.create_app(walk.app.extensions["settings"])

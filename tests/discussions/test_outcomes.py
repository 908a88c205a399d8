"""What comes of a decision: tasks with an owner and a date, deeds counted once, and how people find it done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from governance import links
from governance.core.db import db, now, writing
from governance.core.errors import Forbidden, Invalid, Refused, SentBefore
from governance.core.web.pages import local
from governance.discussions import actions, outcomes, page, queries
from governance.discussions.model import Topic, follows
from governance.people.access.viewer import SYSTEM, Viewer
from governance.tickets import actions as handling
from governance.tickets.model import Ticket
from tests.discussions.hall import anybody, begun, decided, fresh, verbs


@pytest.fixture
def cast(shared_world):  # type: ignore[no-untyped-def]
    return shared_world[1]


def tasked(topic: Topic, by: Viewer, submission: str = "", **told: object) -> Ticket:
    """A task of it; the ticket."""
    due_at = outcomes.day_end(local(now()).date() + timedelta(days=14))
    told = {"words": "东门立棚", "category": "parking", "body": "", "due_at": due_at} | told
    outcomes.task(topic, by, submission or fresh(), **told)
    db.session.rollback()
    (*_, last) = db.session.scalars(select(Ticket).filter_by(source="topic").order_by(Ticket.id))
    return last


def finished(ticket: Ticket, by: Viewer) -> None:
    handling.make_move(ticket, "finish", by, {"note": "办好了"})


def linked(topic: Topic) -> list[tuple[str, str, bool]]:
    return [(item.endpoint, item.title, item.over) for item in links.outcomes("topic", topic.id, SYSTEM)]


def test_a_task_is_a_ticket_with_an_owner_and_a_date_and_the_first_begins_the_carrying_out(cast) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    first = tasked(topic, shen, body=str(cast.bodies["绿叶物业"]))
    second = tasked(topic, shen, words="西门画线")
    assert (first.state, first.body_id, first.checked_at is not None) == ("dispatched", cast.bodies["绿叶物业"], True)
    assert second.state == "accepted" and local(first.due_at).strftime("%H:%M") == "23:59"
    assert topic.state == "carrying_out" and verbs(topic).count("carry_out") == 1
    assert linked(topic) == [("tickets.show", "东门立棚", False), ("tickets.show", "西门画线", False)]
    assert [item.ref for item in links.sources("ticket", first.id, SYSTEM)] == [topic.ref]


def test_a_task_sent_twice_is_one_task(cast) -> None:
    topic, shen, submission = decided(cast), cast.viewer("shen"), fresh()
    assert tasked(topic, shen, submission).id == tasked(topic, shen, submission).id
    with pytest.raises(SentBefore):
        tasked(topic, shen, submission, words="另一件")
    assert len(linked(topic)) == 1 and verbs(topic).count("task") == 1


def test_tasks_come_after_the_decision_are_due_after_today_and_of_a_public_category(cast) -> None:
    shen = cast.viewer("shen")
    with pytest.raises(Refused):
        tasked(begun(cast), shen)
    topic = decided(cast)
    for wrong in (
        {"due_at": now() - timedelta(days=1)},
        {"category": "quarrel"},
        {"category": "no"},
        {"body": "99999"},
    ):
        with pytest.raises(Invalid):
            tasked(topic, shen, **wrong)
    for who in ("gao", "tang", "wu"):
        with pytest.raises(Forbidden):
            tasked(topic, cast.viewer(who))
    assert (topic.state, linked(topic)) == ("decided", [])


def test_people_are_asked_how_it_was_done_once_every_task_is_over_and_not_before(cast) -> None:
    topic, shen, one = decided(cast), cast.viewer("shen"), anybody()
    first, second = tasked(topic, shen), tasked(topic, shen, words="西门画线")
    for ticket in (first, second):
        assert not outcomes.is_asked(topic)
        with pytest.raises(Refused):
            judged(topic, one, "yes")
        with pytest.raises(Refused, match="西门画线"):
            actions.make_move(topic, "review", shen, {"note": "都好"})
        finished(ticket, shen)
        db.session.rollback()
    assert outcomes.is_asked(topic)
    judged(topic, one, "no")


def judged(topic: Topic, by: Viewer, well: str, words: str = "") -> None:
    with writing():
        outcomes.review(topic, by, well, words)


def test_each_judges_once_the_latest_counts_and_silence_is_nothing(cast) -> None:
    topic, shen, one, other = decided(cast), cast.viewer("shen"), anybody(), anybody()
    actions.make_move(topic, "review", shen, {"note": "都好"})
    for who, well, words in ((one, "no", "灯没亮"), (other, "yes", ""), (one, "partly", "灯亮了一半")):
        judged(topic, who, well, words)
    assert page.reviews(db.session.connection(), topic.id) == {"yes": 1, "partly": 1, "no": 0}
    assert queries.review_words(topic) == ["灯亮了一半"]
    assert follows(topic, one.person_id) and not follows(topic, anybody().person_id)


def test_what_people_wrote_in_judging_is_read_by_the_community_and_not_shown_to_all(cast, shared_world, phone) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    actions.make_move(topic, "review", shen, {"note": "都好"})
    judged(topic, anybody(), "no", "灯没亮过一次")
    address = f"/topics/{topic.ref}"
    assert "灯没亮过一次" in phone().sign_in("shen").get(address).get_data(as_text=True)
    assert "灯没亮过一次" not in phone().sign_in("tang").get(address).get_data(as_text=True)
    assert "灯没亮过一次" not in phone().get(address).get_data(as_text=True)


@pytest.fixture
def app(shared_world):  # type: ignore[no-untyped-def]
    return shared_world[0]


def test_a_deed_is_counted_where_it_was_done_around_it_and_nowhere_else(cast) -> None:
    before = {name: queries.count_deeds(cast.place(name)) for name in ("5号楼", "6号楼", "3号院", "银杏社区", "1号楼")}
    topic = decided(cast)
    deed = outcomes.record_deed(topic, cast.viewer("shen"), "装好充电棚", "四个插座", date(2026, 1, 2))
    more = {name: queries.count_deeds(cast.place(name)) - count for name, count in before.items()}
    assert more == {"5号楼": 1, "6号楼": 1, "3号院": 1, "银杏社区": 1, "1号楼": 0}
    assert deed in queries.deeds(cast.place("5号楼")).rows and linked(topic) == [
        ("discussions.show", "装好充电棚", True)
    ]


def test_a_deed_sent_twice_is_counted_once_and_another_day_is_another_deed(cast) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    told = ("装好充电棚", "", date(2026, 1, 2))
    assert outcomes.record_deed(topic, shen, *told).id == outcomes.record_deed(topic, shen, *told).id
    outcomes.record_deed(topic, shen, "装好充电棚", "", date(2026, 2, 3))
    assert len(linked(topic)) == 2 and verbs(topic).count("deed") == 2


def test_a_deed_is_of_something_decided_and_done_by_today(cast) -> None:
    shen, today = cast.viewer("shen"), local(now()).date()
    with pytest.raises(Refused):
        outcomes.record_deed(begun(cast), shen, "装好充电棚", "", today)
    topic = decided(cast)
    with pytest.raises(Invalid):
        outcomes.record_deed(topic, shen, "装好充电棚", "", today + timedelta(days=1))
    with pytest.raises(Forbidden):
        outcomes.record_deed(topic, cast.viewer("tang"), "装好充电棚", "", today)
    assert outcomes.record_deed(topic, shen, "装好充电棚", "", today).done_on == today


def test_a_topic_that_is_talked_over_again_keeps_its_tasks_and_its_first_decision_in_the_record(cast) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    tasked(topic, shen)
    actions.make_move(topic, "reopen", shen, {"note": "东门不行"})
    actions.make_move(topic, "decide", shen, {"note": "西门装"})
    assert topic.decision == "西门装" and len(linked(topic)) == 1
    assert verbs(topic).count("decide") == 2

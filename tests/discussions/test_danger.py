"""Danger in the hall: marked, told to the workers, and published by no tap; staff hand it over or find other words."""

import pytest
from flask import current_app
from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Invalid, Refused
from governance.core.events import Event
from governance.discussions import actions, contributions, queries
from governance.discussions.available_moves import move_forms
from governance.discussions.model import HIDDEN, SHOWN, WAITING, Reply
from governance.relay.messages.audience import tellings_of
from governance.tickets.model import Ticket
from tests.discussions.hall import begun, fresh, proposed, replied, said

DESPAIR = "我活不下去了"
BEATEN = "楼上502老王天天打我，电话13911112222"
REPLY = "我住502，老公昨晚又打我，电话13911112222"


@pytest.mark.parametrize("title", [DESPAIR, BEATEN])
def test_no_tap_publishes_a_topic_of_danger_and_it_stands_first_on_the_desk(cast, zhou, hua, title) -> None:
    proposed(cast, hua, title="楼道刷墙")
    topic = proposed(cast, zhou, title=title)
    shen = cast.viewer("shen")
    assert queries.waiting_topics(shen).rows[0].id == topic.id and topic.urgent
    with current_app.test_request_context():
        offered = [move.name for move, _ in move_forms(topic, shen, {})]
    assert offered == ["to_ticket", "reword", "decline"]
    target = begun(cast, "5号楼")
    for name, answers in (("open", {"note": ""}), ("merge", {"into": str(target.id)})):
        with pytest.raises(Refused, match="先打电话"):
            actions.make_move(topic, name, shen, answers)
    actions.make_move(topic, "decline", shen, {"note": "已经上门看过"})
    with pytest.raises(Refused):
        actions.make_move(topic, "reopen", shen, {"note": "再看"})
    assert topic.checked_at is None


def test_the_author_reads_that_somebody_comes_and_no_word_of_publishing(cast, phone) -> None:
    one = phone().known_as("爱种花的", cast)
    one.get(f"/c/{cast.codes['5号楼']}/topics/new")
    sent = one.post(f"/c/{cast.codes['5号楼']}/topics/new", title=DESPAIR, words="", different="1", submission=fresh())
    page = one.get(sent.location).text
    assert "会有人联系您" in page and "看过以后公开" not in page and "社区看过就公开" not in page


def test_the_desk_marks_it_and_says_what_to_do(cast, phone, zhou) -> None:
    topic, hall = proposed(cast, zhou, title=DESPAIR), begun(cast)
    replied(hall, zhou, REPLY)
    shen = phone().sign_in("shen")
    desk = shen.get("/desk/topics").text
    assert desk.count("急</span>") == 2 and "没问题，公开" not in desk and "转成不公开的工单" in desk
    assert "先打电话、上门看看人" in shen.get(f"/topics/{topic.ref}").text


def test_the_workers_are_told_at_once_without_the_words_and_residents_never(cast, zhou) -> None:
    topic, hall = proposed(cast, zhou, title=BEATEN), begun(cast)
    said(hall, zhou, "我真的不想活了")
    db.session.rollback()
    events = db.session.scalars(select(Event).filter_by(noun="topic", verb="danger")).all()
    assert len(events) == 2
    for event in events:
        tellings = tellings_of(event)
        told = tellings.telling("workers")
        assert tellings.audiences == ("workers",) and told.urgent and told.pressing
        assert told.words.startswith("【急】") and "502" not in told.words and "不想活" not in told.words
    first = db.session.scalars(select(Event).filter_by(noun="topic", verb="propose", subject_id=topic.id)).one()
    assert tellings_of(first).audiences == ()


def test_handed_over_it_is_a_private_urgent_ticket_of_its_author(cast, zhou) -> None:
    topic = proposed(cast, zhou, title=BEATEN)
    actions.make_move(topic, "to_ticket", cast.viewer("shen"), {"note": ""})
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.private and ticket.urgent and ticket.words.startswith(BEATEN)
    assert ticket.category.slug == "violence"
    assert topic.state == "handed" and topic.checked_at is None


def test_another_wording_may_be_published_but_none_that_speaks_of_it(cast, zhou) -> None:
    topic, shen = proposed(cast, zhou, title=DESPAIR), cast.viewer("shen")
    with pytest.raises(Invalid):
        actions.make_move(topic, "reword", shen, {"title": "有人不想活了怎么办"})
    actions.make_move(topic, "reword", shen, {"title": "邻里怎么互相照应", "words": "找李大爷，电话13911112222"})
    assert (topic.title, topic.state, topic.urgent) == ("邻里怎么互相照应", "discussing", False)
    assert "13911112222" not in topic.words and "活不下去" not in topic.title


def test_what_is_published_of_a_calm_topic_is_masked_as_the_page_showed_it(cast, phone, zhou) -> None:
    topic = proposed(cast, zhou, title="3单元502门口堆东西")
    page = phone().sign_in("shen").get(f"/topics/{topic.ref}").text
    actions.make_move(topic, "open", cast.viewer("shen"), {"note": ""})
    assert "502" not in topic.title and topic.title in page


@pytest.mark.parametrize("speak", [said, replied])
def test_words_of_danger_wait_and_are_shown_only_in_other_words(cast, zhou, speak) -> None:
    hall, shen = begun(cast), cast.viewer("shen")
    spoken = speak(hall, zhou, REPLY)
    assert spoken.state == WAITING and spoken.urgent
    for wording in ("", "她老公又打她"):
        with pytest.raises(Refused):
            contributions.show(spoken, shen, wording)
    contributions.show(spoken, shen, "家里有难处，可以找社区")
    assert (spoken.state, spoken.words) == (SHOWN, "家里有难处，可以找社区")


def test_words_of_danger_are_handed_over_and_stay_hidden(cast, zhou, phone) -> None:
    hall = begun(cast)
    spoken = replied(hall, zhou, REPLY)
    shen = phone().sign_in("shen")
    shen.get("/desk/topics")
    assert shen.post(f"/topics/{hall.ref}/reply/{spoken.id}/hand_over", back="desk").status_code == 303
    db.session.rollback()
    assert db.session.get_one(Reply, spoken.id, populate_existing=True).state == HIDDEN
    assert db.session.scalars(select(Ticket)).one().private


def test_the_community_cannot_put_up_a_topic_that_speaks_of_somebody_in_danger(cast) -> None:
    with pytest.raises(Invalid):
        begun(cast, title=DESPAIR)

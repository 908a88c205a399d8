"""A topic along its life: who begins it, what each step leaves behind, and that nothing happens twice."""

import pytest

from governance.core.db import db, writing
from governance.core.errors import Forbidden, Invalid, Missing, Refused
from governance.core.events import broken_at, seal
from governance.discussions import actions, queries
from governance.discussions.model import Topic, follows
from governance.people.access.viewer import Viewer
from governance.places.model import Place
from governance.tickets import actions as handling
from tests.discussions.hall import anybody, begun, content, decided, fresh, proposed, reported, said, verbs


@pytest.fixture
def cast(shared_world):  # type: ignore[no-untyped-def]
    return shared_world[1]


def moved(topic: Topic, name: str, by: Viewer, **answers: str) -> Topic:
    actions.make_move(topic, name, by, {"note": "说明"} | answers)
    return topic


def told(topic: Topic) -> list[str]:
    """What the steps on its page say, the latest first."""
    return [step.words for step in content(topic).steps]


def page_version(cast, place: str) -> int:  # type: ignore[no-untyped-def]
    db.session.expire_all()
    version: int = db.session.get_one(Place, cast.places[place]).version
    return version


def test_a_proposal_waits_is_followed_by_its_author_and_changes_no_page_yet(cast, zhou) -> None:
    before = page_version(cast, "5号楼")
    topic = proposed(cast, zhou)
    assert (topic.state, topic.checked_at, topic.official) == ("proposed", None, False)
    assert follows(topic, zhou.person_id) and topic not in queries.going_on(cast.place("5号楼"))
    assert page_version(cast, "5号楼") == before
    moved(topic, "open", cast.viewer("shen"), note="")
    assert topic in queries.going_on(cast.place("5号楼"))
    assert page_version(cast, "5号楼") > before


def test_what_the_community_puts_up_is_open_at_once(cast) -> None:
    topic = begun(cast)
    assert (topic.state, topic.official) == ("discussing", True) and topic.checked_at
    assert verbs(topic) == ["propose", "open"]


@pytest.mark.parametrize("who", ["gao", "tang", "wu"])
def test_nobody_else_puts_up_a_topic_there(cast, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.begin(cast.place("3号院"), cast.viewer(who), fresh(), "院里装充电棚", "")


def test_who_is_not_known_proposes_nothing(cast) -> None:
    with pytest.raises(Forbidden):
        proposed(cast, anybody())


def test_the_same_submission_is_one_topic_for_residents_and_for_staff(cast, zhou) -> None:
    place, submission, shen = cast.place("5号楼"), fresh(), cast.viewer("shen")
    with writing():
        mine = [actions.propose(place, zhou, submission, "楼道刷墙", "").id for _ in range(2)]
    theirs = [actions.begin(place, shen, submission, "装充电棚", "").id for _ in range(2)]
    assert len(set(mine)) == len(set(theirs)) == 1 and mine != theirs


def test_a_step_taken_by_two_is_taken_once_and_leaves_one_line(cast, zhou) -> None:
    topic = proposed(cast, zhou)
    moved(topic, "open", cast.viewer("shen"))
    with pytest.raises(Refused):
        moved(topic, "open", cast.viewer("qiao"))
    with pytest.raises(Refused):
        moved(topic, "decline", cast.viewer("qiao")) and moved(topic, "decline", cast.viewer("qiao"))
    assert verbs(topic).count("open") == 1


def test_a_step_nobody_knows_and_one_nobody_may_take_are_refused(cast) -> None:
    topic = decided(cast)
    with pytest.raises(Missing):
        moved(topic, "vanish", cast.viewer("du"))
    with pytest.raises(Forbidden):
        moved(topic, "carry_out", cast.viewer("du"))
    assert topic.state == "decided"


def test_only_the_author_takes_a_proposal_back_and_only_before_it_is_open(cast, zhou) -> None:
    topic = proposed(cast, zhou)
    for who in (anybody(), cast.viewer("shen"), cast.known("爱种花的", door="3单元502")):
        with pytest.raises(Forbidden):
            moved(topic, "withdraw", who)
    assert moved(topic, "withdraw", zhou).state == "withdrawn"
    opened = moved(proposed(cast, zhou, title="另一件"), "open", cast.viewer("shen"))
    with pytest.raises(Refused):
        moved(opened, "withdraw", zhou)


def test_a_decision_says_what_and_how_many_had_spoken(cast) -> None:
    topic = begun(cast)
    with writing():
        topic.people = 41
    moved(topic, "decide", cast.viewer("shen"), note="东门装两个")
    assert (topic.decision, bool(topic.decided_at)) == ("东门装两个", True)
    assert told(topic)[0] == "东门装两个"


def test_what_is_declined_before_the_check_stays_unseen_and_after_it_says_why(cast, zhou) -> None:
    shen, here = cast.viewer("shen"), cast.place("5号楼")
    unseen = moved(proposed(cast, zhou, title="没看过的"), "decline", shen, note="归物业管")
    seen = moved(moved(proposed(cast, zhou, title="看过的"), "open", shen), "decline", shen, note="要全体业主表决")
    assert seen in queries.settled(here) and unseen not in queries.settled(here)
    assert told(seen)[0] == "要全体业主表决"
    assert moved(unseen, "reopen", shen) in queries.going_on(here) and unseen.checked_at


def test_the_answer_stands_on_the_page_and_earlier_ones_in_the_record(cast) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    for words in ("正在问物业", "物业同意了"):
        actions.answer_publicly(topic, shen, words)
    assert topic.answer == "物业同意了"
    assert told(topic)[:2] == ["物业同意了", "正在问物业"]
    moved(topic, "decline", shen)
    with pytest.raises(Refused):
        actions.answer_publicly(topic, shen, "晚了")


def test_who_follows_finds_it_new_until_they_look_and_nobody_else_does(cast, zhou) -> None:
    topic, one = begun(cast), anybody()
    with writing():
        actions.follow(topic, one)
        actions.follow(topic, one)
    moved(topic, "decide", cast.viewer("shen"))
    assert (topic, True) in queries.followed(one) and queries.followed(anybody()) == []
    actions.see(topic, one)
    assert (topic, False) in queries.followed(one)
    with writing():
        actions.unfollow(topic, one)
        actions.unfollow(topic, one)
    assert queries.followed(one) == []


def test_a_follower_of_what_is_not_theirs_to_read_is_not_led_to_it(cast, zhou) -> None:
    topic, other = proposed(cast, zhou), anybody()
    with writing():
        actions.follow(topic, other)
    assert queries.followed(other) == []


def to_topic(ticket, by: Viewer, topic: str = "new", title: str = "") -> Topic:  # type: ignore[no-untyped-def]
    """The ticket becomes part of a topic; which."""
    handling.make_move(ticket, "to_topic", by, {"topic": topic, "title": title})
    db.session.rollback()
    return db.session.query(Topic).order_by(Topic.id.desc()).first() if title else db.session.get_one(Topic, int(topic))


def test_everybody_concerned_by_tickets_follows_the_topic_they_become(cast) -> None:
    shen, reporters = cast.viewer("shen"), [anybody() for _ in range(5)]
    tickets = [reported(cast, one) for one in reporters]
    topic = to_topic(tickets[0], shen, title="电动车停哪儿")
    assert topic.place == cast.place("3号院") and topic.state == "discussing"
    for ticket in tickets[1:]:
        to_topic(ticket, shen, topic=str(topic.id))
    assert all(follows(topic, one.person_id) for one in reporters)
    assert verbs(topic).count("gather") == 5


@pytest.mark.parametrize("given", [{"title": ""}, {"title": "长" * 41}, {"topic": "999999"}, {"topic": "²"}])
def test_a_ticket_goes_into_no_topic_that_is_not_there_and_into_none_without_a_name(cast, given) -> None:
    ticket = reported(cast, anybody())
    with pytest.raises(Invalid):
        handling.make_move(ticket, "to_topic", cast.viewer("shen"), {"topic": "new", "title": ""} | given)
    assert ticket.state == "submitted"


def test_a_ticket_goes_into_no_topic_next_door_nor_into_one_that_is_over(cast) -> None:
    du = cast.viewer("du")
    next_door = actions.begin(cast.place("8号院"), du, fresh(), "8号院的事", "")
    over = moved(begun(cast), "decline", du)
    for topic in (next_door, over, decided(cast)):
        with pytest.raises(Invalid):
            handling.make_move(reported(cast, anybody()), "to_topic", du, {"topic": str(topic.id), "title": ""})


def test_a_ticket_that_came_back_from_a_declined_topic_may_begin_another(cast) -> None:
    shen, ticket = cast.viewer("shen"), reported(cast, anybody())
    first = to_topic(ticket, shen, title="电动车停哪儿")
    moved(first, "decline", shen, note="没人说话")
    handling.make_move(ticket, "reopen", shen, {"note": "再看看"})
    second = to_topic(ticket, shen, title="电动车到底停哪儿")
    assert second.id != first.id and (second.title, second.state) == ("电动车到底停哪儿", "discussing")


def test_topics_are_found_by_what_their_titles_share(cast) -> None:
    here = begun(cast, "银杏社区", "社区食堂能不能早开门")
    asked = {"社区食堂早开门": True, "食堂": True, "电梯坏了": False, "": False, "🏠": False}
    place = cast.place("5号楼")
    assert {title: here in queries.alike(place, title) for title in asked} == asked
    assert here not in queries.alike(cast.place("1号楼"), "社区食堂早开门")


def test_the_record_of_the_hall_is_chained_and_holds(cast, zhou) -> None:
    topic = begun(cast)
    said(topic, zhou)
    moved(topic, "decide", cast.viewer("shen"))
    while seal():
        pass
    assert broken_at(topic.place.stream) is None

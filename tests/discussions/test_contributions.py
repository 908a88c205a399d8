"""What is said in a topic and what becomes of it: by whom, once, and never lost without a person's look."""

import pytest
from sqlalchemy import func, select

from governance.core.db import db, now, writing
from governance.core.errors import Forbidden, Invalid, Missing, Refused
from governance.core.jobs import Job
from governance.discussions import actions, contributions, jobs, moderation, queries
from governance.discussions.model import AGREE, DISAGREE, PASS, Flag, Statement, Topic
from governance.people.access.viewer import Viewer
from tests.discussions.hall import (
    anybody,
    begun,
    content,
    decided,
    proposed,
    replied,
    said,
    standing,
    verbs,
    voiced,
    voices,
)

pytestmark = pytest.mark.usefixtures("shared_world")


@pytest.fixture
def cast(shared_world):  # type: ignore[no-untyped-def]
    return shared_world[1]


def test_one_voice_a_person_and_statement_the_latest_counts(cast, zhou) -> None:
    one, other = anybody(), anybody()
    statement = said(begun(cast), zhou)
    for who, answer in ((one, AGREE), (other, PASS), (one, DISAGREE), (one, DISAGREE), (other, AGREE)):
        voiced(statement, who, answer)
    assert voices(statement) == {one.person_id: DISAGREE, other.person_id: AGREE}


def test_the_worker_counts_what_was_answered_and_everybody_once(cast, zhou, hua) -> None:
    topic, one, other = begun(cast), anybody(), anybody()
    first, second = said(topic, zhou), said(topic, hua)
    for statement, who, answer in (
        (first, one, AGREE), (first, other, AGREE), (first, hua, PASS), (second, one, DISAGREE), (second, zhou, AGREE),
    ):  # fmt: skip
        voiced(statement, who, answer)
    for _ in range(2):
        jobs.tally(topic.id)
    db.session.rollback()
    assert [(one.agreed, one.disagreed, one.passed) for one in (first, second)] == [(2, 0, 1), (1, 1, 0)]
    assert topic.people == 4


def test_a_tally_is_asked_for_once_however_many_answer_in_those_seconds(cast, zhou) -> None:
    topic = begun(cast)
    statement = said(topic, zhou)
    for _ in range(12):
        voiced(statement, anybody(), AGREE)
    asked = select(func.count()).select_from(Job).where(Job.slot.like(f"discussions.tally:{topic.id}@%"))
    assert db.session.scalar(asked) <= 3  # twelve answers may take a few seconds of a slow machine


def test_nobody_answers_their_own_words_nor_what_is_not_shown_nor_after_the_decision(cast, zhou) -> None:
    topic = begun(cast)
    statement, waiting = said(topic, zhou), said(topic, zhou, "打 13900001234")
    with pytest.raises(Refused):
        voiced(statement, zhou, AGREE)
    with pytest.raises(Refused):
        voiced(waiting, anybody(), AGREE)
    actions.make_move(topic, "decide", cast.viewer("shen"), {"note": "装"})
    with pytest.raises(Refused):
        voiced(statement, anybody(), AGREE)
    assert voices(statement) == {}


def test_who_is_not_known_says_nothing_others_read(cast) -> None:
    topic = begun(cast)
    for say in (said, replied):
        with pytest.raises(Forbidden):
            say(topic, anybody())
    assert standing(topic) == set()


def test_what_is_not_open_yet_is_neither_answered_nor_spoken_in(cast, zhou, hua) -> None:
    topic = proposed(cast, zhou)
    for who in (zhou, hua):
        with pytest.raises(Forbidden):
            said(topic, who)
    with pytest.raises(Refused):
        said(topic, cast.viewer("shen"))


def test_the_same_sent_twice_is_said_once_even_after_the_decision(cast, zhou) -> None:
    topic, submission = begun(cast), "6b1a3c1e-6f5d-4c1e-9f0a-000000000001"
    first = said(topic, zhou, "先装两个", submission)
    answer = replied(topic, zhou, "东门", submission=submission)
    assert replied(topic, zhou, "东门", submission=submission).id == answer.id
    actions.make_move(topic, "decide", cast.viewer("shen"), {"note": "装"})
    assert said(topic, zhou, "先装两个", submission).id == first.id
    with pytest.raises(Refused):
        said(topic, zhou, "再装一个")


def test_the_same_words_are_said_once_by_anybody_and_again_after_they_were_hidden(cast, zhou, hua) -> None:
    topic = begun(cast)
    statement = said(topic, zhou, "先装两个试试")
    for who, hint in ((zhou, "您说过"), (hua, "已经有人说过")):
        with pytest.raises(Invalid, match=hint):
            said(topic, who, "先装两个试试")
    contributions.hide(statement, cast.viewer("shen"), "说错了")
    assert said(topic, hua, "先装两个试试").id != statement.id
    assert said(begun(cast, title="别处"), hua, "先装两个试试")


def test_staff_speak_as_the_community_and_are_not_held_back(cast, zhou) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    statement = said(topic, shen, "打物业 010-88881234")
    assert (statement.official, statement.state, statement.author_id) == (True, "shown", cast.people["shen"])
    resident = said(topic, zhou, "也可以打 010-88881234")
    assert (resident.official, resident.state) == (False, "waiting")
    assert resident.id not in standing(topic)


def test_a_watchword_holds_back_from_the_moment_it_is_kept(cast, zhou) -> None:
    topic = begun(cast)
    assert said(topic, zhou, "这是传 销").state == "shown"
    moderation.keep(cast.viewer("qiao"), "传销")
    assert said(topic, zhou, "这也是传 销").state == "waiting"
    assert replied(topic, zhou, "传.销").state == "waiting"


def test_threads_have_two_levels_and_keep_what_they_are_about(cast, zhou, hua) -> None:
    topic = begun(cast)
    statement = said(topic, zhou)
    head = replied(topic, hua, "装哪边？", statement)
    child = replied(topic, zhou, "东门", head)
    grandchild = replied(topic, hua, "东门好", child)
    assert [(one.parent_id, one.statement_id) for one in (head, child, grandchild)] == [
        (None, statement.id), (head.id, statement.id), (head.id, statement.id),
    ]  # fmt: skip
    talk = content(topic)
    assert [one.id for one in talk.threads.rows] == [head.id]
    assert [one.id for one in talk.below[head.id]] == [child.id, grandchild.id]


def test_people_go_on_talking_while_it_is_carried_out_and_no_longer_when_it_is_over(cast, zhou) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    assert replied(topic, zhou)
    with pytest.raises(Refused):
        said(topic, zhou)
    actions.make_move(topic, "review", shen, {"note": "都好"})
    with pytest.raises(Refused):
        replied(topic, zhou, "晚了")


def test_words_of_another_topic_are_not_found_in_this_one(cast, zhou) -> None:
    topic, other = begun(cast), begun(cast)
    statement, answer = said(topic, zhou), replied(topic, zhou)
    assert contributions.found(topic, "statement", statement.id) == statement
    for noun, number in (("statement", statement.id), ("reply", answer.id)):
        with pytest.raises(Missing):
            contributions.found(other, noun, number)
    for noun, number in (("statement", 10**6), ("voice", statement.id), ("statement", 2**70), ("statement", -1)):
        with pytest.raises(Missing):
            contributions.found(topic, noun, number)


def flagged(spoken, by: Viewer, words: str = "骂人") -> None:  # type: ignore[no-untyped-def]
    with writing():
        contributions.flag(spoken, by, words)


def test_an_objection_counts_once_a_person_keeps_the_latest_words_and_hides_nothing(cast, zhou) -> None:
    topic, one = begun(cast), anybody()
    statement = said(topic, zhou)
    for words in ("骂人", "骂得很难听"):
        flagged(statement, one, words)
    assert [flag.words for flag in db.session.scalars(select(Flag).filter_by(subject_id=statement.id))] == [
        "骂得很难听"
    ]
    assert verbs(topic).count("flag") == 1 and statement.id in standing(topic)


@pytest.mark.parametrize("step", ["show", "hide"])
def test_a_persons_look_settles_the_objections(cast, zhou, step: str) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    statement = said(topic, zhou)
    flagged(statement, anybody())
    assert statement in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    assert statement not in [spoken for spoken, _ in queries.awaiting_moderation(cast.viewer("tang"))]
    if step == "show":
        contributions.show(statement, shen)
    else:
        contributions.hide(statement, shen, "骂人")
    db.session.rollback()
    assert statement not in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    assert (statement.id in standing(topic)) is (step == "show")


def appealed(spoken, by: Viewer, words: str = "没有骂人") -> None:  # type: ignore[no-untyped-def]
    with writing():
        contributions.appeal(spoken, by, words)


def test_hidden_words_are_appealed_once_by_who_wrote_them_and_an_answer_ends_it(cast, zhou, hua) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    statement = said(topic, zhou)
    with pytest.raises(Refused):
        appealed(statement, zhou)
    contributions.hide(statement, shen, "骂人")
    with pytest.raises(Missing):
        appealed(statement, hua)
    appealed(statement, zhou)
    with pytest.raises(Refused):
        appealed(statement, zhou)
    assert statement in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    contributions.uphold(statement, shen, "看过了，还是骂人")
    db.session.rollback()
    assert (statement.state, statement.reason) == ("hidden", "看过了，还是骂人") and statement.answered_at
    assert statement not in [spoken for spoken, _ in queries.awaiting_moderation(shen)]


def test_words_hidden_a_second_time_may_be_appealed_a_second_time(cast, zhou) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    statement = said(topic, zhou)
    contributions.hide(statement, shen, "重复")
    appealed(statement, zhou)
    contributions.show(statement, shen)
    contributions.hide(statement, shen, "骂人")
    assert statement not in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    appealed(statement, zhou, "这回也没有")
    assert statement in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    assert verbs(topic)[-5:] == ["hide", "appeal", "show", "hide", "appeal"]


def test_only_those_above_the_grid_there_take_words_off_and_put_them_back(cast, zhou) -> None:
    statement = said(begun(cast), zhou)
    for name in ("gao", "lin", "tang", "wu"):
        for act in (
            lambda who: contributions.hide(statement, who, "不"),
            lambda who: contributions.show(statement, who),
        ):
            with pytest.raises(Forbidden):
                act(cast.viewer(name))
    for name in ("shen", "qiao", "du"):
        contributions.hide(statement, cast.viewer(name), "重复")
        contributions.show(statement, cast.viewer(name))


def test_what_is_taken_off_leaves_the_table_and_what_is_put_back_returns(cast, zhou) -> None:
    topic, shen = begun(cast), cast.viewer("shen")
    statement = said(topic, zhou)
    for _ in range(6):
        voiced(statement, anybody(), AGREE)

    def table() -> list[int]:
        jobs.tally(topic.id)
        db.session.rollback()
        return list(db.session.get_one(Topic, topic.id).table["agreed"])

    assert table() == [statement.id]
    _forget_tallies()
    contributions.hide(statement, shen, "重复")
    assert _tally_is_asked_for(topic) and table() == []
    _forget_tallies()
    contributions.show(statement, shen)
    assert _tally_is_asked_for(topic) and table() == [statement.id]


def _forget_tallies() -> None:
    with writing():
        db.session.query(Job).filter_by(name="discussions.tally").delete()


def _tally_is_asked_for(topic: Topic) -> bool:
    db.session.rollback()
    return bool(db.session.scalar(select(Job.id).where(Job.slot.like(f"discussions.tally:{topic.id}@%"))))


def test_each_is_asked_what_the_fewest_have_answered_and_never_twice_or_their_own(cast, zhou, hua) -> None:
    topic, one = begun(cast), anybody()
    statements = [said(topic, zhou) for _ in range(3)] + [said(topic, hua)]
    with writing():
        for at, statement in enumerate(db.session.scalars(select(Statement).filter_by(topic_id=topic.id))):
            statement.agreed = 10 - at
    asked = []
    while (statement := queries.next_statement(topic, one)) is not None:
        asked.append(statement)
        assert queries.left(topic, one) == 5 - len(asked)
        voiced(statement, one, PASS)
    assert asked == statements[::-1] and queries.left(topic, one) == 0
    assert [statement.id for statement, _ in queries.answered(topic, one)] == [one.id for one in asked[::-1]]
    assert queries.left(topic, hua) == 3 and queries.left(topic, zhou) == 1
    assert now() > topic.changed_at

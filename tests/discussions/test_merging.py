"""Two topics, or two people, turn out to be one: each voice is kept, nobody counts twice, the later answer holds."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from governance import links
from governance.core.db import db, writing
from governance.core.errors import Invalid, Refused
from governance.core.jobs import Job
from governance.discussions import actions, contributions, jobs, outcomes, page, queries
from governance.discussions.model import AGREE, DISAGREE, PASS, Flag, Review, Topic, TopicFollow, Voice, follows
from governance.people import hooks
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.model import Person
from governance.people.residents import merge
from governance.tickets import actions as handling
from tests.discussions.hall import anybody, begun, content, decided, proposed, replied, reported, said, voiced, voices


@pytest.fixture
def cast(shared_world):  # type: ignore[no-untyped-def]
    return shared_world[1]


def merged(topic: Topic, into: Topic, by: Viewer) -> None:
    actions.make_move(topic, "merge", by, {"into": str(into.id)})
    db.session.expire_all()


def one_person(old: Viewer, new: Viewer) -> None:
    """Two devices turn out to be somebody's."""
    with writing():
        merge.merge_persons(*(db.session.get_one(Person, who.person_id) for who in (old, new)))


def test_all_that_was_said_and_answered_goes_along_under_its_author(cast, zhou, hua) -> None:
    one, other, shen, voter = begun(cast), begun(cast, title="东门装棚"), cast.viewer("shen"), anybody()
    mine, theirs = said(one, zhou), said(other, hua)
    head = replied(one, hua, "装哪边？", mine)
    replied(one, zhou, "东门", head)
    voiced(mine, voter, AGREE)
    voiced(theirs, voter, DISAGREE)
    with writing():
        contributions.flag(mine, voter, "重复")
    merged(one, other, shen)
    jobs.tally(other.id)
    db.session.rollback()
    assert {said.nickname for said in content(other).tabled.values()} == {zhou.nickname, hua.nickname}
    assert voices(mine) == {voter.person_id: AGREE} and voices(theirs) == {voter.person_id: DISAGREE}
    assert (other.people, mine.agreed, theirs.disagreed) == (1, 1, 1)
    talk = content(other)
    assert [one.id for one in talk.threads.rows] == [head.id]
    assert [child.words for child in talk.below[head.id]] == ["东门"]
    assert mine in [spoken for spoken, _ in queries.awaiting_moderation(shen)]
    assert db.session.scalars(select(Flag.topic_id).filter_by(subject_id=mine.id)).one() == other.id


def test_the_table_of_the_one_that_stays_is_made_anew_without_anybody_answering(cast, zhou) -> None:
    one, other = begun(cast), begun(cast)
    voiced(said(one, zhou), anybody(), AGREE)
    with writing():
        db.session.query(Job).delete()
    merged(one, other, cast.viewer("shen"))
    asked = db.session.scalars(select(Job.args).filter_by(name="discussions.tally")).all()
    assert {"topic_id": other.id} in asked


def test_followers_and_where_it_came_from_go_along_once(cast) -> None:
    one, other, both, first = begun(cast), begun(cast), anybody(), anybody()
    for topic, who in ((one, first), (one, both), (other, both)):
        with writing():
            actions.follow(topic, who)
    ticket = reported(cast, first)
    handling.make_move(ticket, "to_topic", cast.viewer("shen"), {"topic": str(one.id), "title": ""})
    merged(one, other, cast.viewer("shen"))
    assert all(follows(other, who.person_id) for who in (first, both))
    assert ticket.ref in [item.ref for item in links.sources("topic", other.id, SYSTEM)]


def test_words_for_the_one_that_is_gone_are_refused_and_a_late_voice_still_counts(cast, zhou, hua) -> None:
    one, other = begun(cast), begun(cast)
    statement = said(one, zhou)
    merged(one, other, cast.viewer("shen"))
    with pytest.raises(Refused):
        said(one, hua)
    voter = anybody()
    voiced(statement, voter, PASS)
    assert voices(statement) == {voter.person_id: PASS}


@pytest.mark.parametrize("into", ["", "0", "999999", "9" * 40, "不是数", "itself", "declined", "proposed", "elsewhere"])
def test_a_topic_is_merged_only_into_another_that_is_talked_over_and_ones_own(cast, zhou, into: str) -> None:
    one, shen = begun(cast), cast.viewer("shen")
    there: dict[str, Callable[[], Topic]] = {
        "itself": lambda: one,
        "declined": lambda: ended(begun(cast), shen),
        "proposed": lambda: proposed(cast, zhou),
        "elsewhere": lambda: actions.begin(cast.place("8号院"), cast.viewer("tang"), "s-elsewhere", "8号院的事", ""),
    }
    with pytest.raises(Invalid):
        actions.make_move(one, "merge", shen, {"into": str(there[into]().id) if into in there else into})
    assert one.state == "discussing"


def ended(topic: Topic, by: Viewer) -> Topic:
    actions.make_move(topic, "decline", by, {"note": "不装了"})
    return topic


def test_of_two_answers_of_one_person_the_later_holds_whichever_device_gave_it(cast, zhou) -> None:
    topic = begun(cast)
    first, second, third = (said(topic, zhou) for _ in range(3))
    old, new = anybody(), anybody()
    for statement, who, answer in (
        (first, old, AGREE), (first, new, DISAGREE), (second, new, DISAGREE), (second, old, AGREE), (third, old, PASS),
    ):  # fmt: skip
        voiced(statement, who, answer)
    one_person(old, new)
    assert [voices(each) for each in (first, second, third)] == [
        {new.person_id: DISAGREE}, {new.person_id: AGREE}, {new.person_id: PASS},
    ]  # fmt: skip
    jobs.tally(topic.id)
    db.session.rollback()
    assert topic.people == 1 and [each.voices for each in (first, second, third)] == [1, 1, 1]


def test_what_one_device_said_and_the_other_answered_is_no_voice_any_more(cast) -> None:
    """Nobody answers their own words; and nobody may do so from a second device until the two are one."""
    topic, speaker, second = begun(cast), cast.known("两部手机的", door="3单元503"), anybody()
    statement = said(topic, speaker)
    voiced(statement, second, AGREE)
    voiced(said(topic, cast.viewer("shen")), second, AGREE)
    one_person(second, speaker)
    assert voices(statement) == {}
    assert [statement.id for statement, _ in queries.answered(topic, speaker)] != [statement.id]
    assert len(queries.answered(topic, speaker)) == 1


def test_words_reviews_objections_and_what_is_followed_are_the_others_now(cast, zhou) -> None:
    shen, old, new = cast.viewer("shen"), cast.known("旧手机的", door="3单元504"), anybody()
    topic = begun(cast)
    mine, head = said(topic, old), replied(topic, old)
    for who in (old, new):
        with writing():
            contributions.flag(said(topic, zhou), who, "骂人")
    over = decided(cast)
    actions.make_move(over, "review", shen, {"note": "都好"})
    for who, well in ((new, "no"), (old, "yes")):
        with writing():
            outcomes.review(over, who, well, "")
    one_person(old, new)
    db.session.rollback()
    assert {mine.author_id, head.author_id} == {new.person_id} and queries.mine(topic, old) == []
    assert page.reviews(db.session.connection(), over.id) == {"yes": 1, "partly": 0, "no": 0}
    for rows in (Voice, Review, Flag, TopicFollow):
        assert db.session.scalars(select(rows).filter_by(person_id=old.person_id)).all() == []
    assert follows(topic, new.person_id) and follows(over, new.person_id)


def test_who_begins_anew_leaves_the_words_behind_and_takes_along_what_nobody_reads(cast, zhou) -> None:
    topic, old, new = begun(cast), cast.known("走了又来的", door="3单元505"), anybody()
    words, answered = said(topic, old), said(topic, zhou)
    voiced(answered, old, AGREE)
    with writing():
        hooks.person_began_anew(old.person_id, new.person_id)
    db.session.rollback()
    assert words.author_id == old.person_id
    assert voices(answered) == {new.person_id: AGREE} and follows(topic, new.person_id)


@dataclass
class Model:
    """What should be stored: who answered what, by statement; and who is who by now."""

    answers: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    who: dict[int, int] = field(default_factory=dict)
    clock: int = 0

    def voice(self, statement: int, person: int, answer: int) -> None:
        self.clock += 1
        self.answers.setdefault(statement, {})[self.who[person]] = (self.clock, answer)

    def one_person(self, old: int, new: int) -> None:
        was, stays = self.who[old], self.who[new]
        for given_ in self.answers.values():
            if was in given_:
                given_[stays] = max(given_.pop(was), given_.get(stays, (0, 0)))
        self.who = {person: stays if now_ == was else now_ for person, now_ in self.who.items()}


VOTERS, STATEMENTS = 5, 4
NOBODY, SOMEBODY = st.just(0), st.integers(0, VOTERS - 1)
SIDE = st.sampled_from((AGREE, DISAGREE, PASS))
STEPS = st.lists(
    st.tuples(st.just("voice"), st.integers(0, STATEMENTS - 1), SOMEBODY, SIDE)
    | st.tuples(st.just("person"), SOMEBODY, SOMEBODY, NOBODY)
    | st.tuples(st.sampled_from(("topic", "tally")), NOBODY, NOBODY, NOBODY),
    min_size=4,
    max_size=24,
)


class Undone(Exception):
    """Ends a history's transaction, so that the next one finds the hall as it was."""


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_after_any_history_each_person_has_the_voice_they_gave_last(cast, zhou, steps) -> None:
    with pytest.raises(Undone), writing():
        _live_through(cast, zhou, steps)
        raise Undone


def _live_through(cast, zhou: Viewer, steps: list[tuple[str, int, int, int]]) -> None:  # type: ignore[no-untyped-def]
    shen, (gone, stays) = cast.viewer("shen"), (begun(cast), begun(cast))
    statements = [said(topic, zhou) for topic in (gone, stays) for _ in range(STATEMENTS // 2)]
    people = [anybody() for _ in range(VOTERS)]
    model = Model(who={at: at for at in range(VOTERS)})
    for kind, one, other, answer in [*steps, ("topic", 0, 0, 0), ("tally", 0, 0, 0)]:
        if kind == "voice":
            voiced(statements[one], people[model.who[other]], answer)
            model.voice(one, other, answer)
        elif kind == "person" and model.who[one] != model.who[other]:
            one_person(people[model.who[one]], people[model.who[other]])
            model.one_person(one, other)
        elif kind == "topic" and gone.state == "discussing":
            actions.make_move(gone, "merge", shen, {"into": str(stays.id)})
        elif kind == "tally":
            jobs.tally(stays.id)
        db.session.flush()
        db.session.expire_all()
    expected = {
        (statements[at].id, people[who].person_id): answer
        for at, given_ in model.answers.items()
        for who, (_, answer) in given_.items()
    }
    ids = [statement.id for statement in statements]
    stored = db.session.scalars(select(Voice).where(Voice.statement_id.in_(ids)))
    assert {(voice.statement_id, voice.person_id): voice.answer for voice in stored} == expected
    for statement in statements:
        sides = [answer for (id_, _), answer in expected.items() if id_ == statement.id]
        counted = (statement.agreed, statement.disagreed, statement.passed)
        assert (statement.topic_id, counted) == (stays.id, tuple(map(sides.count, (AGREE, DISAGREE, PASS))))
    assert stays.people == len({person for _, person in expected})

"""Many in the hall at the same instant, on both databases: one voice each, the last one told holds, nothing twice."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select

from governance.core.db import db, find_by
from governance.core.errors import Invalid, Problem, Refused
from governance.discussions import actions, contributions, jobs
from governance.discussions.model import SAID, VOICES, Deed, Statement, Topic, TopicFollow, Voice
from governance.people.model import Identity, Person
from governance.tickets.model import Ticket
from tests.cast import Cast
from tests.discussions.hall import SOON, TODAY, anybody, begun, decided, fresh, said, voiced
from tests.phone import Phone

THREADS, STATEMENTS, A_DEVICE = 16, 12, 10
SHORT, LONG = pytest.mark.timeout(300), (pytest.mark.faults, pytest.mark.timeout(1200))
ANSWERS = tuple(VOICES)


@dataclass
class Device:
    """A phone that answers in its own order; what it was told is taken, by statement."""

    phone: Phone
    twin: Phone | None
    told: dict[int, set[int]] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)

    def answer(self, ref: str, statement: int, answers: tuple[str, ...]) -> None:
        """One answer, or two at the same instant; of those either may be the last."""
        if len(answers) == 1 or self.twin is None:
            codes = [self._send(self.phone, ref, statement, answers[0])]
        else:
            codes = together(
                lambda: self._send(self.phone, ref, statement, answers[0]),
                lambda: self._send(self.twin, ref, statement, answers[1]),
            )
        self.refused += [code for code in codes if code != 303]
        self.told[statement] = {VOICES[each] for each, code in zip(answers, codes, strict=False) if code == 303}

    def _send(self, phone: Phone, ref: str, statement: int, answer: str) -> int:
        return phone.post(f"/topics/{ref}/statements/{statement}/voice", answer=answer).status_code


def together(*acts: Callable[[], int]) -> list[int]:
    """All at the same instant, each in a thread of its own; what they gave."""
    ready, given = threading.Barrier(len(acts)), [0] * len(acts)

    def run(at: int) -> None:
        ready.wait()
        given[at] = acts[at]()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def device(app: Flask, number: int) -> Device:
    """One in three has a second window open, with the same cookie. Each has an address: a flood guard counts by it."""
    phone = Phone(app)
    phone.client.environ_base["REMOTE_ADDR"] = f"127.3.{number // 250}.{number % 250 + 1}"
    phone.get("/signin")
    twin = Phone(app) if number % 3 == 0 else None
    if twin:
        twin.client.environ_base.update(phone.client.environ_base)
        cookie = phone.client.get_cookie("device")
        assert cookie is not None
        twin.client.set_cookie("device", cookie.value)
        twin.page = phone.page
    return Device(phone, twin)


@pytest.mark.parametrize("answers", [pytest.param(100, marks=SHORT), pytest.param(2000, marks=LONG)])
def test_of_answers_given_at_once_each_device_has_one_voice_and_it_is_the_last(
    app: Flask, cast: Cast, answers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    topic, author, chance = begun(cast), cast.known("三楼老周"), random.Random(answers)
    statements = [said(topic, author).id for _ in range(STATEMENTS)]
    ref, topic_id = topic.ref, topic.id
    db.session.remove()
    devices = [device(app, number) for number in range(answers // A_DEVICE)]

    def live(each: Device) -> None:
        for at in range(A_DEVICE):
            each.answer(ref, chance.choice(statements), chance.sample(ANSWERS, 1 + (at % 4 == 0)))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(live, devices))
    assert [one.refused for one in devices if one.refused] == []
    stored = _voices_by_device(devices)
    with capsys.disabled():
        print(f"\n{db.engine.dialect.name}: answers={answers} devices={len(devices)} voices={sum(map(len, stored))}")
    for one, given in zip(devices, stored, strict=True):
        assert given.keys() == one.told.keys()
        assert [number for number, answer in given.items() if answer not in one.told[number]] == []
    jobs.tally(topic_id)
    _counts_are_the_voices(statements)
    assert db.session.get_one(Topic, topic_id).people == len(devices)


def _voices_by_device(devices: list[Device]) -> list[dict[int, int]]:
    """What is stored, by device: each is one person, however many windows it first acted in at the same instant."""
    db.session.rollback()
    found = []
    for one in devices:
        identity = find_by(Identity, kind="device", subject=one.phone.subject)
        assert identity is not None
        rows = db.session.execute(select(Voice.statement_id, Voice.answer).filter_by(person_id=identity.person_id))
        found.append({row.statement_id: row.answer for row in rows})
    assert db.session.scalar(select(func.count()).select_from(Voice)) == sum(map(len, found))
    return found


def _counts_are_the_voices(statements: list[int]) -> None:
    db.session.rollback()
    for number in statements:
        statement = db.session.get_one(Statement, number)
        given = Counter(db.session.scalars(select(Voice.answer).filter_by(statement_id=number)))
        assert [statement.agreed, statement.disagreed, statement.passed] == [given[side] for side in SAID]


@pytest.mark.parametrize("rounds", [pytest.param(5, marks=SHORT), pytest.param(100, marks=LONG)])
def test_two_topics_merged_into_each_other_at_once_are_one_and_keep_every_voice(
    app: Flask, cast: Cast, rounds: int
) -> None:
    shen, zhou = cast.viewer("shen"), cast.known("三楼老周")
    for _ in range(rounds):
        pair, voter = (begun(cast), begun(cast)), anybody()
        statements = [said(topic, zhou) for topic in pair]
        for statement in statements:
            voiced(statement, voter, 1)
        ids = [topic.id for topic in pair]
        db.session.remove()
        ended = apart(app, *(_merging(one, other, shen) for one, other in (ids, ids[::-1])))
        assert sorted(ended) == ["", "refused"]
        (stays,) = db.session.scalars(select(Topic.id).where(Topic.id.in_(ids), Topic.state == "discussing"))
        found = select(Statement.topic_id, func.count(Voice.person_id)).join(Voice).group_by(Statement.topic_id)
        assert db.session.execute(found.where(Statement.topic_id.in_(ids))).all() == [(stays, 2)]


def _merging(topic_id: int, into: int, who) -> Callable[[], object]:  # type: ignore[no-untyped-def]
    return lambda: actions.make_move(db.session.get_one(Topic, topic_id), "merge", who, {"into": str(into)})


def apart(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Each in a thread and a session of its own, at the same instant; "" or "refused"; anything else is our fault."""
    ended: list[str] = []

    def run(act: Callable[[], object]) -> int:
        with app.app_context():
            try:
                act()
                ended.append("")
            except (Invalid, Refused):
                ended.append("refused")
            except Problem as trouble:
                ended.append(repr(trouble))
            finally:
                db.session.remove()
        return 0

    together(*(lambda act=act: run(act) for act in acts))
    db.session.rollback()
    assert len(ended) == len(acts)
    return ended


@pytest.mark.parametrize("rounds", [pytest.param(5, marks=SHORT), pytest.param(100, marks=LONG)])
def test_what_is_said_while_its_topic_is_merged_is_said_in_the_one_that_stays_or_refused(
    app: Flask, cast: Cast, rounds: int
) -> None:
    shen, zhou = cast.viewer("shen"), cast.known("三楼老周")
    for _ in range(rounds):
        gone, stays = begun(cast).id, begun(cast).id
        db.session.remove()

        def speak(gone: int = gone) -> None:
            with contributions.writing():
                contributions.say(db.session.get_one(Topic, gone), zhou, fresh(), "赶着说一句")

        ended = apart(app, _merging(gone, stays, shen), speak)
        left = db.session.scalars(select(Statement.topic_id).where(Statement.topic_id.in_((gone, stays)))).all()
        assert (sorted(ended), left) in ((["", ""], [stays]), (["", "refused"], []))


TIMES = 4


def sent_at_once(phone: Phone, address: str, **form: str) -> list[int]:
    """The same form through so many windows of one browser at the same instant."""
    phone.get("/signin")
    token, form = phone.field("csrf_token"), {"submission": fresh()} | form
    cookies = {name: cookie.value for name in ("device", "staff") if (cookie := phone.client.get_cookie(name))}

    def send() -> int:
        window = Phone(phone.app)
        for name, value in cookies.items():
            window.client.set_cookie(name, value)
        return window._ask(window.client.post, address, data={"csrf_token": token} | form).status_code

    return together(*[send] * TIMES)


def count(rows: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


@pytest.mark.timeout(300)
def test_whatever_is_sent_many_times_at_once_happens_once(app: Flask, cast: Cast) -> None:
    topic, over = begun(cast), decided(cast)
    ref, over_ref = topic.ref, over.ref
    before = {rows: count(rows) for rows in (Topic, Person)}
    db.session.remove()
    known, shen, stranger = Phone(app).known_as("三楼老周", cast), Phone(app).sign_in("shen"), Phone(app)
    people = count(Person)
    place = "柳荫街道/银杏社区/3号院"
    task = {"words": "东门立棚", "category": "parking", "due": SOON}
    sent: Iterable[tuple[Phone, str, dict[str, str]]] = (
        (known, f"/topics/{ref}/statements", {"words": "先装两个试试"}),
        (known, f"/topics/{ref}/replies", {"words": "装在哪边？"}),
        (known, f"/c/{cast.codes['5号楼']}/topics/new", {"title": "楼道刷墙"}),
        (shen, "/desk/topics/new", {"place": place, "title": "食堂早开门"}),
        (shen, f"/topics/{over_ref}/deeds", {"title": "装好充电棚", "done_on": TODAY}),
        (shen, f"/topics/{over_ref}/tasks", task),
        (stranger, f"/topics/{ref}/follow", {"follow": "yes"}),
    )
    for phone, address, form in sent:
        assert (address, sent_at_once(phone, address, **form)) == (address, [303] * TIMES)
    assert {rows.__tablename__: count(rows) for rows in (Statement, Ticket, Deed)} == {
        "statement": 1, "ticket": 1, "deed": 1,
    }  # fmt: skip
    assert count(Topic) == before[Topic] + 2 and count(Person) == people + 1
    follower = find_by(Identity, kind="device", subject=stranger.subject)
    assert follower and find_by(TopicFollow, person_id=follower.person_id)

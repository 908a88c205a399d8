"""The hall of the demo community: topics in several states, statements, voices and replies. All invented."""

import random
import uuid
from datetime import date, timedelta

from sqlalchemy import select

from governance.core.db import db, now
from governance.discussions import actions, contributions, jobs, outcomes
from governance.discussions.model import Statement, Topic
from governance.people.access.current import viewer_of
from governance.people.access.viewer import Viewer
from governance.people.model import Body, Person
from governance.places.model import Place
from governance.tickets import actions as tickets
from governance.tickets.model import Ticket

NEIGHBOURS = ("三楼老周", "爱种花的", "电梯口小何", "推婴儿车的")
CHARGING = (
    ("先装两个充电棚试三个月", 0.9),
    ("充电棚装在东门空地，离楼远一些", 0.8),
    ("费用从公共收益里出", 0.5),
    ("晚上十一点以后断电", 0.45),
    ("楼道里再充电的，要有人管", 0.95),
    ("棚子要能挡雨", 0.7),
    ("先不装，劝大家回家充", 0.15),
)
WHY = "飞线充电不安全，楼道里又不让充。装不装、装哪儿、谁出钱，大家说说。"
BREAKFAST = (("早上六点半就开", 0.6), ("老人优先，留十个座", 0.85))
DONE = "东门台阶太陡，能不能修个坡道"


def fill(yard: Place, community: Place) -> None:
    """Add topics to a demo community. Call it inside `writing()`."""
    rng = random.Random(7)  # noqa: S311 - the same demo every time, nothing secret
    staff = viewer_of(db.session.scalars(select(Person).filter_by(nickname="银杏社区值班")).one())
    neighbours = [_neighbour(name, yard) for name in NEIGHBOURS]
    charging = _begin(
        staff, yard, "院里能不能装个电动车充电棚", "飞线充电不安全，楼道里又不让充。装不装、装哪儿、谁出钱，大家说说。"
    )
    _gather(charging, staff)
    _talk(charging, neighbours, CHARGING, 34, rng)
    contributions.reply(charging, neighbours[1], _mark("reply"), "东门空地晚上挺黑的，灯也得一起装。")
    _talk(_begin(staff, community, "社区食堂要不要加早餐", ""), neighbours, BREAKFAST, 9, rng)
    actions.propose(yard, neighbours[3], _mark("lift"), "电梯里能不能装个扶手", "推车上下有时站不稳。")
    _done(_begin(staff, yard, DONE, "轮椅和婴儿车都上不来。"), staff, neighbours, rng)


def _neighbour(nickname: str, place: Place) -> Viewer:
    person = Person(nickname=nickname, known_at=now(), known_by="worker", known_place_id=place.id)
    db.session.add(person)
    db.session.flush()
    return Viewer(person_id=person.id, known=True, nickname=nickname)


def _mark(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"demo-{name}"))


def _begin(staff: Viewer, place: Place, title: str, words: str) -> Topic:
    return actions.begin(place, staff, _mark(title), title, words)


def _gather(topic: Topic, staff: Viewer) -> None:
    """The ticket about parking becomes part of it; its reporter follows the topic."""
    query = select(Ticket).join(Ticket.category).filter_by(slug="parking")
    ticket = db.session.scalars(query.where(Ticket.state == "on_hold").limit(1)).first()
    if ticket:
        tickets.make_move(ticket, "to_topic", staff, {"topic": str(topic.id)})


def _talk(
    topic: Topic, neighbours: list[Viewer], lines: tuple[tuple[str, float], ...], people: int, rng: random.Random
) -> None:
    """Everybody answers most statements, each with its own share of agreement."""
    said = [
        (contributions.say(topic, neighbours[number % len(neighbours)], _mark(words), words), share)
        for number, (words, share) in enumerate(lines)
    ]
    for _ in range(people):
        person = Person()
        db.session.add(person)
        db.session.flush()
        for statement, share in said:
            _answer(statement, Viewer(person_id=person.id), share, rng)
    jobs.tally(topic.id)


def _answer(statement: Statement, by: Viewer, share: float, rng: random.Random) -> None:
    if rng.random() < 0.85:
        contributions.voice(statement, by, 0 if rng.random() < 0.1 else 1 if rng.random() < share else -1)


def _done(topic: Topic, staff: Viewer, neighbours: list[Viewer], rng: random.Random) -> None:
    """One topic that went all the way: decided, done, reviewed and counted."""
    _talk(topic, neighbours, (("坡道修在台阶右边", 0.9), ("再装一根扶手", 0.8)), 12, rng)
    actions.make_move(topic, "decide", staff, {"note": "台阶右边修一条坡道，装一根扶手，物业两周内做完。"})
    body = db.session.scalars(select(Body).order_by(Body.id).limit(1)).one()
    outcomes.task(
        topic,
        staff,
        _mark("ramp"),
        words="东门修坡道、装扶手",
        category="other",
        body=str(body.id),
        due_at=now() + timedelta(days=9),
    )
    ticket = db.session.scalars(select(Ticket).filter_by(source="topic")).one()
    worker = db.session.scalars(select(Person).filter_by(nickname=body.name)).one()
    tickets.make_move(ticket, "finish", viewer_of(worker), {"note": "坡道修好了，扶手也装上了"})
    outcomes.record_deed(topic, staff, "东门修了坡道", "轮椅和婴儿车能自己上来了。", date.today())
    for number, neighbour in enumerate(neighbours):
        outcomes.review(topic, neighbour, "partly" if number == 3 else "yes", "")

"""A demo community: a street, two communities, grids, a dozen buildings, staff, groups, tickets in every state.

Everything is invented. The same actions as for real tickets are used, so the record is real too.
"""

import io
import random
import secrets
import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage

from governance import initial_data
from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.demo import hall
from governance.demo import photos as demo_photos
from governance.people.access.current import viewer_of
from governance.people.access.viewer import Viewer
from governance.people.households import Door
from governance.people.model import Body, Identity, Person, Post
from governance.people.residents.doors import add_doors, hand_out
from governance.people.residents.verification import ask_worker, find_slip, new_slip_secret, use_slip, vouch
from governance.people.staff.signin import hashed
from governance.places.actions import add_place, mark_code, print_code
from governance.places.model import Place
from governance.relay.groups import binding
from governance.tickets import actions, photos, queries
from governance.tickets.lifecycle import LISTED
from governance.tickets.model import Photo, Ticket
from governance.tickets.reporting import reports
from governance.tickets.responses import answers, feedback

COMMUNITIES = (
    ("银杏社区", "010-00000011", (("第一网格", "银杏里3号院", 4), ("第二网格", "银杏里5号院", 3))),
    ("海棠社区", "010-00000022", (("第三网格", "海棠苑东区", 3), ("第四网格", "海棠苑西区", 2))),
)
STAFF = (
    ("wanggrid", "grid", "第一网格", "小禾师傅"),
    ("ligrid", "grid", "第三网格", "小满师傅"),
    ("yinxing", "community", "银杏社区", "银杏社区值班"),
    ("haitang", "community", "海棠社区", "海棠社区值班"),
    ("street", "street", "柳荫街道", "街道平台"),
    ("district", "district", "示范区", "区平台"),
    ("district2", "district", "示范区", "区平台二号"),  # approves what the first writes to many groups
)
BODIES = (("绿叶物业（示例）", "property", "物业公司"), ("顺达电梯维保（示例）", "lift", "维保单位"))
STORIES = (
    ("lift", "2单元电梯关门哐当响，停层差一截", "2单元", "lift", ("accept", "dispatch", "start"), 12),
    ("water", "地下车库进水，快到车轮了", "B1层", "leak", ("accept", "dispatch"), 5),
    ("light", "三层到四层的楼道灯不亮", "1单元3层", "lamp", ("accept", "finish", "yes"), 8),
    ("clean", "垃圾桶两天没清了", "东门", "rubbish", ("accept", "finish"), 2),
    ("parking", "电动车停在单元门口，推轮椅出不去", "2单元门口", "car", ("accept", "hold"), 3),
    ("safety", "外墙墙皮松了，底下常有孩子玩", "西侧", "wall", ("accept", "finish_verify"), 6),
    ("noise", "对面工地夜里十一点还在打桩", "", "noise", (), 1),
    ("other", "院里的树枝压着电线", "北侧", "tree", ("accept", "dispatch", "return"), 0),
    ("clean", "楼道里堆着旧沙发", "1单元2层", "rubbish", ("decline",), 0),
    ("light", "西门路灯一闪一闪", "西门", "lamp", ("withdraw",), 0),
    ("care", "对门老人三天没下楼", "602", "", ("accept",), 0),
    ("light", "和三层一样，四层灯也不亮", "1单元4层", "lamp", ("merge",), 0),
    ("water", "厨房下水返味", "301", "leak", ("accept", "finish", "no"), 1),
)


class Account(NamedTuple):
    account: str
    password: str
    role: str
    name: str


def is_empty() -> bool:
    return db.session.scalar(select(Place.id).limit(1)) is None


def fill(password: str = "") -> list[Account]:
    """Fill an empty database; returns the accounts with their passwords, which are shown only now."""
    with writing():  # one transaction: a demo is whole or not there
        initial_data.install()
        _settle()
        accounts = _hire(password)
        _bind_groups()
        _move_in()
        for number, story in enumerate(STORIES):
            _tell(number, story)
        _as_if_earlier()
        hall.fill(_place("银杏里3号院"), _place("银杏社区"))
    return accounts


def _settle() -> None:
    district = add_place("district", "示范区", None, "系统")
    street = add_place("street", "柳荫街道", district, "系统", phone="010-00000001")
    for name, phone, grids in COMMUNITIES:
        community = add_place("community", name, street, "系统", phone=phone, households=1200)
        for grid_name, yard_name, buildings in grids:
            grid = add_place("grid", grid_name, community, "系统")
            yard = add_place("courtyard", yard_name, grid, "系统", hours="每天 8:30–18:00，夜里转社区值班")
            _post_code(yard)
            for number in range(1, buildings + 1):
                facts: dict[str, Any] = {"households": 60, "hours": yard.hours}
                _post_code(add_place("building", f"{number}号楼", yard, "系统", **facts))


def _post_code(place: Place) -> None:
    mark_code(print_code(place, "系统"), "posted", "系统", None)


def _place(name: str) -> Place:
    return db.session.scalars(select(Place).filter_by(name=name)).one()


def _hire(password: str) -> list[Account]:
    accounts = []
    for account, role, place, name in STAFF:
        accounts.append(_person(account, name, password, Post(role=role, place_id=_place(place).id)))
    street = _place("柳荫街道")
    for body_name, account, kind in BODIES:
        body = Body(name=body_name, kind=kind, phone="010-00000088", place_id=street.id)
        db.session.add(body)
        db.session.flush()
        accounts.append(_person(account, body_name, password, Post(role="body", body_id=body.id)))
    return accounts


def _person(account: str, name: str, password: str, post: Post) -> Account:
    password = password or secrets.token_urlsafe(9)
    person = Person(nickname=name)
    db.session.add(person)
    db.session.flush()
    db.session.add(Identity(person_id=person.id, kind="account", subject=account, secret=hashed(password)))
    post.person_id = person.id
    db.session.add(post)
    db.session.flush()
    return Account(account, password, post.role, name)


def _bind_groups() -> None:
    """WeChat groups on the manual channel."""
    keeper = _viewer("银杏社区值班")
    binding.add(keeper, "manual", "workers", "第一网格工作群", {}, [_place("第一网格")])
    binding.add(keeper, "manual", "residents", "银杏里3号院邻里群", {}, [_place("银杏里3号院")])
    binding.add(keeper, "manual", "residents", "3号院1号楼楼栋群", {}, [_first_building()])


def _move_in() -> None:
    """Doors of the first building, two known residents, and an unused slip."""
    keeper, building = _viewer("银杏社区值班"), _first_building()
    add_doors(building, keeper, "1单元101-1单元104\n1单元201-1单元204\n2单元101-2单元104\n2单元201-2单元204")
    doors = list(db.session.scalars(select(Door).filter_by(place_id=building.id).order_by(Door.id)))
    secrets_of = {door.id: new_slip_secret() for door in doors[:2]}
    hand_out(secrets_of, keeper)
    used = find_slip(secrets_of[doors[0].id])
    if used is not None:
        use_slip(used, _resident(), "爱种花的")
    asking = ask_worker(_resident(), "三楼老周")
    vouch(asking, _viewer("小禾师傅"), building, asking.nickname, doors[5].label)


def _viewer(nickname: str) -> Viewer:
    return viewer_of(db.session.scalars(select(Person).filter_by(nickname=nickname)).one())


def _resident() -> Viewer:
    person = Person()
    db.session.add(person)
    db.session.flush()
    return Viewer(person_id=person.id)


def _staff(role: str, ticket: Ticket) -> Viewer:
    """Who takes this step for this ticket."""
    held = select(Post).where(Post.role == role, Post.held(now()))
    for post in db.session.scalars(held):
        if post.body_id is not None and post.body_id == ticket.body_id or post.place_id in ticket.place.ancestors:
            return viewer_of(post.person)
    raise LookupError(role)


def _tell(number: int, story: tuple[str, str, str, str, tuple[str, ...], int]) -> None:
    slug, words, where, scene, steps, joiners = story
    place = _place("银杏里3号院") if slug in ("water", "parking") and joiners > 2 else _first_building()
    category = queries.category(slug)
    if category is None:
        raise LookupError(slug)
    with writing():
        reporter, submission = _resident(), str(uuid.UUID(int=number + 1))
        if scene:
            _photograph(reporter, submission, scene, number)
        ticket = reports.submit_report(place, reporter, category, submission, words=words, where=where)
        for _ in range(0 if ticket.private else joiners):
            feedback.join(ticket, _resident())
    for step in steps:
        _step(ticket, step, reporter)


def _photograph(by: Viewer, submission: str, kind: str, seed: int) -> None:
    """Stage a drawn photo as a phone does; the worker cleans it like any other."""
    photos.stage(by, submission, FileStorage(io.BytesIO(demo_photos.scene(kind, seed)), f"{kind}.jpg"))


def _first_building() -> Place:
    yard = _place("银杏里3号院")
    return db.session.scalars(select(Place).filter_by(parent_id=yard.id).order_by(Place.id).limit(1)).one()


FINISHED = {"light": "换了灯头，亮了", "clean": "清走了，桶也刷了", "water": "通了下水，换了密封圈"}
NOTES = {
    "decline": "沙发是邻居家的，请先和物业联系清运：010-00000088",
    "hold": "车棚要等下周一施工队来，先劝导挪车",
    "return": "树归园林管，不归物业",
    "merge": "",
}


def _step(ticket: Ticket, step: str, reporter: Viewer) -> None:
    if step in ("yes", "no"):
        with writing():
            answers.give_feedback(ticket, reporter, step, 5 if step == "yes" else 2, "")
        return
    done = FINISHED.get(ticket.category.slug, "")
    given = {"note": done if step == "finish" else NOTES.get(step, "")}
    if step == "dispatch":
        name = "顺达电梯维保（示例）" if ticket.category.slug == "lift" else "绿叶物业（示例）"
        given["body"] = str(db.session.scalars(select(Body).filter_by(name=name)).one().id)
    if step == "merge":
        same = select(Ticket).filter_by(place_id=ticket.place_id, private=False).where(Ticket.state.in_(LISTED))
        given["into"] = db.session.scalars(same.where(Ticket.id != ticket.id).limit(1)).one().number
    if step == "finish_verify":
        step, given = "finish", given | {"note": "敲掉了松的墙皮，围了警戒线"}
    role = {"start": "body", "return": "body"}.get(step, "grid")
    by = reporter if step == "withdraw" else _staff(role, ticket)
    actions.make_move(ticket, step, by, given)
    if step == "accept" and not ticket.urgent:
        with writing():  # they were drawn for this; the worker has not cleaned them yet
            db.session.execute(update(Photo).where(Photo.ticket_id == ticket.id).values(let_out=True))


def _as_if_earlier() -> None:
    """Spread each ticket's events over the hours before now, so that some are late and some due today."""
    rng = random.Random(20)  # noqa: S311 - the same demo every time, nothing secret
    for ticket in db.session.scalars(select(Ticket)):
        age = timedelta(hours=rng.randint(2, 40))
        ticket.submitted_at -= age
        ticket.due_at -= age
        events = list(
            db.session.scalars(select(Event).filter_by(noun="ticket", subject_id=ticket.id).order_by(Event.id))
        )
        for number, event in enumerate(events):
            event.at = ticket.submitted_at + age * number / len(events)
        ticket.resolved_at = ticket.resolved_at and events[-1].at
        ticket.closed_at = ticket.closed_at and events[-1].at

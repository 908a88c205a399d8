"""The things keepers keep, for the walk: own ones in 银杏社区, foreign ones in another district."""

import io
import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

from governance.core.crypto import new_ref
from governance.core.db import db, now, writing
from governance.core.events import record
from governance.core.jobs import FAILED, Job
from governance.discussions.model import Watchword
from governance.notices.model import Notice
from governance.people.access.viewer import Viewer
from governance.people.households import Door, DoorSlip
from governance.people.model import Body, Identity, Person, Post
from governance.people.residents.verification import ask_worker, new_slip_secret, slip_hash
from governance.places.actions import add_place, print_code
from governance.relay import robots
from governance.relay.keys import robot_of
from governance.relay.mass_tasks.model import WITH_OWNER, MassTask, MassTaskPart
from governance.relay.model import SENDING, UNKNOWN, Delivery, Group, Message
from governance.tickets.categories import add_category
from governance.tickets.reporting import reports
from tests.cast import SECRET, Cast, make_known

NUMBERS = itertools.count(1)
BOT_KEY = "a-key-that-only-the-bot-has"
Variant = tuple[str, ...]


def _place(cast: Cast, own: bool, variant: Variant) -> int:
    """A building, or its community; `new`: a spot of it that nobody asked for anything yet."""
    wide = "community" in variant
    if "new" in variant:
        with writing():
            return add_place("spot", _name("点"), cast.place("5号楼" if own else "7号楼"), "demo").id
    return cast.places[("银杏社区" if wide else "5号楼") if own else ("松林社区" if wide else "7号楼")]


def _token(cast: Cast, own: bool, variant: Variant) -> str:
    with writing():
        return print_code(cast.place("5号楼" if own else "7号楼"), "demo").token


def _person(cast: Cast, own: bool, variant: Variant) -> int:
    """A grid worker; `above`: of the street instead; `both`: of the street as well."""
    return _hired(cast, own, variant)[0]


def _post(cast: Cast, own: bool, variant: Variant) -> int:
    return _hired(cast, own, variant)[1]


def _hired(cast: Cast, own: bool, variant: Variant) -> tuple[int, int]:
    grid, street = ("第一网格", "柳荫街道") if own else ("第九网格", "远山街道")
    with writing():
        person = Person(nickname="某某")
        db.session.add(person)
        db.session.flush()
        disabled = now() if "disabled" in variant else None
        account = Identity(person_id=person.id, kind="account", subject=_name("staff-"), secret=SECRET)
        account.disabled_at = disabled
        posts = [] if "above" in variant else [Post(person_id=person.id, role="grid", place_id=cast.places[grid])]
        if {"above", "both"} & set(variant):
            posts.append(Post(person_id=person.id, role="street", place_id=cast.places[street]))
        db.session.add_all((account, *posts))
        db.session.flush()
        return person.id, posts[-1].id


def _body(cast: Cast, own: bool, variant: Variant) -> int:
    community, street = ("银杏社区", "柳荫街道") if own else ("松林社区", "远山街道")
    with writing():
        body = Body(name=_name("单位"), kind="物业公司", place=cast.place(street if "above" in variant else community))
        db.session.add(body)
        db.session.flush()
        return body.id


def _category(cast: Cast, own: bool, variant: Variant) -> int:
    """Categories are everybody's: there is no foreign one."""
    with writing():
        category = add_category(slug=_name("c"), label=_name("类"), hours=24)
        category.retired_at = now() if "retired" in variant else None
        return category.id


def _group(cast: Cast, own: bool, variant: Variant) -> int:
    return _bound(cast, own, "manual", disabled_at=now() if "disabled" in variant else None)


def _bound(cast: Cast, own: bool, channel: str, **facts: Any) -> int:
    place = cast.place("5号楼" if own else "7号楼")
    with writing():
        group = Group(name=_name("群"), channel=channel, audience="residents", places=[place], **place.areas(), **facts)
        db.session.add(group)
        db.session.flush()
        return group.id


def _message(cast: Cast, own: bool, variant: Variant) -> int:
    with writing():
        message = Message(
            short_code=_name("m"), group_id=_group(cast, own, variant), channel="wecom_webhook", words="话"
        )
        message.state = UNKNOWN
        db.session.add(message)
        db.session.flush()
        return message.id


def _task(cast: Cast, own: bool, variant: Variant) -> int:
    """A task that waits for the owner of its one group."""
    with writing():
        message = Message(
            short_code=_name("m"), group_id=_group(cast, own, variant), channel="wecom_mass_task", words="话"
        )
        message.state = SENDING
        task = MassTask(owner="LiMing", msgid="msg-1", state=WITH_OWNER)
        task.parts = [MassTaskPart(message=message, chat_id="wrOgQhDgAA000001")]
        db.session.add(task)
        db.session.flush()
        return task.id


def _delivery(cast: Cast, own: bool, variant: Variant) -> int:
    """That a ticket was finished, to be told by hand."""
    with writing():
        group = db.session.get_one(Group, _group(cast, own, variant))
        place, reporter = group.places[0], Viewer(person_id=cast.people["gao"])
        ticket = reports.submit_report(place, reporter, cast.category("parking"), str(uuid.uuid4()))
        event = record("ticket.finish", ticket.id, stream=place.stream, scope=place.path, actor="测试")
        event.processed_at = now()
        db.session.flush()
        delivery = Delivery(event_id=event.id, group_id=group.id, channel="manual")
        db.session.add(delivery)
        db.session.flush()
        return delivery.id


def _job(cast: Cast, own: bool, variant: Variant) -> int:
    with writing():
        failed = Job(name="relay.nothing", state=FAILED)
        db.session.add(failed)
        db.session.flush()
        return failed.id


def _word(cast: Cast, own: bool, variant: Variant) -> int:
    """Watchwords are everybody's: there is no foreign one."""
    with writing():
        watchword = Watchword(word=_name("词"))
        db.session.add(watchword)
        db.session.flush()
        return watchword.id


def _bot(cast: Cast, own: bool, variant: Variant) -> str:
    name, key = ("own-bot", BOT_KEY) if own else ("far-bot", BOT_KEY[::-1])
    _bound(cast, own, "bot", robot=robot_of("bot", f"{name}:{key}"))
    if robots.find_robot(name) is None:
        _kept_robot(cast, own, name)
    return name


def _robot(cast: Cast, own: bool, variant: Variant) -> int:
    return _kept_robot(cast, own, _name("robot-"))


def _kept_robot(cast: Cast, own: bool, name: str) -> int:
    place = cast.place("银杏社区" if own else "松林社区")
    with writing():
        kept = json.dumps({"token": "a-token-of-theirs", "aes_key": "A" * 43})
        robot = robots.Robot(name=name, settings=kept, place_id=place.id, **place.areas())
        db.session.add(robot)
        db.session.flush()
        return robot.id


def _about_robot(*_: Any) -> dict[str, str]:
    return {"named": _name("r-"), "place": "银杏社区", "bot_id": "aib-1", "secret": "a-secret-of-theirs"}


def _door(cast: Cast, own: bool, variant: Variant) -> int:
    """With a slip nobody has used and, unless it is empty, somebody known behind it."""
    return _behind(cast, own, variant)[0]


def _residence(cast: Cast, own: bool, variant: Variant) -> int:
    return _behind(cast, own, variant)[1]


def _behind(cast: Cast, own: bool, variant: Variant) -> tuple[int, int]:
    place, label, person = "5号楼" if own else "7号楼", _name("门"), Person()
    with writing():
        door = Door(place_id=cast.places[place], label=label)
        db.session.add_all((door, person))
        db.session.flush()
        db.session.add(DoorSlip(door_id=door.id, secret_hash=str(uuid.uuid4())))
        if "empty" not in variant:
            make_known(cast, person, nickname(), place, label)
            db.session.flush()
        return door.id, 0 if "empty" in variant else person.residences[0].id


def _secret(cast: Cast, own: bool, variant: Variant) -> str:
    """The slip of a door of its own; `used`: by somebody else."""
    secret = new_slip_secret()
    with writing():
        door = Door(place_id=cast.places["5号楼" if own else "7号楼"], label=_name("室"))
        slip = DoorSlip(door=door, secret_hash=slip_hash(secret), used_at=now() if "used" in variant else None)
        db.session.add_all((door, slip))
    return secret


def asking(cast: Cast) -> str:
    """The digits somebody is showing."""
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        return ask_worker(Viewer(person_id=person.id), nickname()).code or ""


def nickname() -> str:
    """One that nobody has."""
    return f"邻居{chr(0x4E00 + next(NUMBERS))}"


def _notice(cast: Cast, own: bool, variant: Variant) -> int:
    """Written by the community, or by somebody far away; in the state its step begins from."""
    place, step = cast.place("银杏社区" if own else "松林社区"), variant[0] if variant else ""
    _bound(cast, own, "manual")
    with writing():
        notice = Notice(ref=new_ref(), submission=str(uuid.uuid4()), place_id=place.id, title="停水", words="停水")
        notice.author_id, notice.audience = cast.people["shen"], "workers" if "workers" in variant else "residents"
        notice.state = NOTICE_STATES.get(step, "draft")
        for area, at in place.areas().items():
            setattr(notice, area, at)
        db.session.add(notice)
        db.session.flush()
        if notice.state == "told":
            event = record("notice.publish", notice.id, stream=place.stream, scope=place.path, actor="测试")
            db.session.flush()
            notice.event_id, notice.sent_at = event.id, now()
        return notice.id


def _notice_ref(cast: Cast, own: bool, variant: Variant) -> str:
    return db.session.get_one(Notice, _notice(cast, own, variant)).ref


NOTICE_STATES = dict.fromkeys(("approve", "decline", "rewrite"), "asked") | dict.fromkeys(
    ("stop", "finish", "told", "workers"), "told"
)


def _name(start: str) -> str:
    return f"{start}{next(NUMBERS)}"


ARGUMENTS: dict[str, Callable[[Cast, bool, Variant], Any]] = {
    "place_id": _place,
    "token": _token,
    "person_id": _person,
    "post_id": _post,
    "body_id": _body,
    "category_id": _category,
    "group_id": _group,
    "robot_id": _robot,
    "notice_id": _notice,
    "notice": _notice_ref,
    "message_id": _message,
    "delivery_id": _delivery,
    "task_id": _task,
    "job_id": _job,
    "word_id": _word,
    "name": _bot,
    "secret": _secret,
    "door_id": _door,
    "residence_id": _residence,
    "channel": lambda *_: "manual",
    "of": lambda *_: "MP",
    "proof": lambda _cast, own, _variant: "0123456789abcdef" if own else "0" * 16,
    "deed": lambda _cast, _own, variant: variant[0],
}


def _staff(*_: Any) -> dict[str, str]:
    return {"nickname": "新人", "account": _name("account-"), "role": "grid", "place": "银杏社区/第一网格"}


def _about_body(*_: Any) -> dict[str, str]:
    return {"name": _name("单位"), "kind": "物业公司", "place": "银杏社区"}


def _about_notice(*_: Any) -> dict[str, str]:
    return {"title": "停水", "words": "九点起停水", "place": "柳荫街道/银杏社区", "audience": "residents"}


def _about_category(*_: Any) -> dict[str, str]:
    return {"label": _name("类"), "slug": _name("c"), "hours": "24"}


FORMS: dict[str, Callable[..., dict[str, Any]]] = {
    "/keep/places/<int:place_id>": lambda *_: {"name": _name("楼")},
    "/keep/places/<int:place_id>/new": lambda *_: {"name": _name("点"), "kind": "spot"},
    "/keep/places/<int:place_id>/doors": lambda *_: {"lines": _name("1单元")},
    "/keep/places/import": lambda *_: {"file": (io.BytesIO("社区\n".encode()), "places.csv")},
    "/keep/codes/<token>/mark": lambda *_: {"state": "posted"},
    "/keep/people/new": _staff,
    "/keep/robots/new": _about_robot,
    "/keep/robots/<int:robot_id>": _about_robot,
    "/keep/people/<int:person_id>/posts": lambda *_: {"role": "community", "place": "银杏社区"},
    "/keep/bodies/new": _about_body,
    "/keep/bodies/<int:body_id>": _about_body,
    "/keep/categories/new": _about_category,
    "/keep/categories/<int:category_id>": _about_category,
    "/keep/groups/new/<channel>": lambda *_: {
        "name": _name("群"),
        "places": "柳荫街道/银杏社区",
        "audience": "residents",
    },
    "/keep/groups/import": lambda *_: {"file": (io.BytesIO("群\n".encode()), "groups.csv")},
    "/keep/groups/<int:group_id>/keeper": lambda *_: {"keeper": "shen"},
    "/keep/groups/<int:group_id>/change": lambda *_: {"name": _name("群"), "places": "柳荫街道/银杏社区"},
    "/keep/notices/new": _about_notice,
    "/keep/notices/<int:notice_id>/change": _about_notice,
    "/desk/topics/words": lambda *_: {"word": _name("词")},
    "/keep/relay/messages/<int:message_id>/settle": lambda *_: {"answer": "arrived"},
}

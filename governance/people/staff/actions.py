"""Changes to members of staff and their posts. Each action checks, changes and records in one transaction.

Bodies are kept in bodies.py; who may do what is in people/access/permissions.py.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select

from governance.core.db import db, find_by, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.events import record
from governance.core.translation import LazyText as _l
from governance.core.translation import translate as _
from governance.people.access.permissions import may, require
from governance.people.access.viewer import Viewer
from governance.people.model import ROLES, Body, Identity, Person, Post
from governance.people.staff import passwords
from governance.people.staff.signin import end_all_sessions, hashed
from governance.places.actions import freshen
from governance.places.kinds import KINDS
from governance.places.model import Place

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
HELD_AT = {
    "grid": ("grid", "community"),
    "community": ("community",),
    "street": ("street",),
    "district": ("district",),
    "auditor": ("district", "street", "community"),
}


def add_staff(
    by: Viewer, account: str, nickname: str, role: str, at: Place | Body, phone: str = ""
) -> tuple[Person, str]:
    """Add a person with an account and a first post; returns them with the password to hand over. Raises Invalid."""
    account, password = account.strip().lower(), passwords.fresh()
    if not ACCOUNT.fullmatch(account):
        raise Invalid({"account": _l("账号用 3 到 32 个小写字母、数字或 . _ -，以字母或数字开头")})
    secret = hashed(password)
    with writing():
        if find_by(Identity, kind="account", subject=account):
            raise Invalid({"account": _l("这个账号已经有人用了")})
        person = Person(nickname=nickname, phone=phone or None)
        db.session.add(person)
        db.session.flush()
        handed_over = {"secret": secret, "must_change": True}
        db.session.add(Identity(person_id=person.id, kind="account", subject=account, **handed_over))
        _record(by, "person.add", person.id, _place(at))
        _give(person, by, role, at, None)
    return person, password


def give_post(person: Person, by: Viewer, role: str, at: Place | Body, until: datetime | None = None) -> Post:
    """Give a person one more post. Raises Invalid by field, Refused when they hold it already."""
    with writing():
        require(by, "person.read", locked(person))
        if until is not None and until <= now():
            raise Invalid({"until": _l("结束的日子要在今天以后")})
        return _give(person, by, role, at, until)


def _give(person: Person, by: Viewer, role: str, at: Place | Body, until: datetime | None) -> Post:
    post = _proposed(role, at)
    if not may(by, "post.keep", post):
        raise Invalid({"role": _l("您只能在自己管的地方安排不高于自己的岗位")})
    same = select(Post.id).where(Post.held(now())).filter_by(person_id=person.id, role=role)
    if db.session.scalar(same.filter_by(place_id=post.place_id, body_id=post.body_id)):
        raise Refused("这个人已经在这个岗位上了")
    post.person_id, post.until = person.id, until
    db.session.add(post)
    db.session.flush()
    _show(post)
    _record(by, "post.give", post.id, post.stands_at, person=person.id, role=role, body=post.body_id)
    return post


def _proposed(role: str, at: Place | Body) -> Post:
    """The post as a row not added yet, for the permission check. Raises Invalid."""
    if role not in ROLES:
        raise Invalid({"role": _l("没有这种岗位")})
    if isinstance(at, Body):
        if role != "body":
            raise Invalid({"role": _l("在承办单位里只有“承办单位”这一种岗位")})
        return Post(role=role, body_id=at.id, body=at)
    if role == "body":
        raise Invalid({"body": _l("请选是哪个承办单位")})
    if at.kind not in HELD_AT[role]:
        kinds = _("或").join(KINDS[kind].label for kind in HELD_AT[role])
        raise Invalid({"place": _l("%(role)s的岗位要设在%(kinds)s", role=ROLES[role], kinds=kinds)})
    return Post(role=role, place_id=at.id, place=at)


def end_post(post: Post, by: Viewer) -> None:
    """End a post and its rights. After the last one all sessions of the person end. Raises Refused."""
    with writing():
        require(by, "post.keep", locked(post))
        if not post.in_force(now()):
            raise Refused("这个岗位已经结束了")
        if post.person_id == by.staff_id:
            raise Refused("不能结束自己的岗位，请上一级来办")
        post.until = now()
        db.session.flush()
        if not db.session.scalar(select(Post.id).where(Post.held(now()), Post.person_id == post.person_id).limit(1)):
            end_all_sessions(post.person)
        _show(post)
        _record(by, "post.end", post.id, post.stands_at, person=post.person_id, role=post.role)


def _show(post: Post) -> None:
    """Make the scan pages of a grid anew: they name its worker."""
    if post.role == "grid":
        freshen(post.stands_at)


def disable(person: Person, by: Viewer) -> None:
    """Disable an account and end its sessions. Raises Refused."""
    with writing():
        account = _account(person, by)
        if person.id == by.staff_id:
            raise Refused("不能停用自己的账号，请上一级来办")
        if account.disabled_at:
            raise Refused("这个账号已经停用了")
        account.disabled_at = now()
        end_all_sessions(person)
        _record(by, "person.disable", person.id, _of(person))


def enable(person: Person, by: Viewer) -> None:
    with writing():
        account = _account(person, by)
        if not account.disabled_at:
            raise Refused("这个账号没有停用")
        account.disabled_at = None
        _record(by, "person.enable", person.id, _of(person))


def reset_password(person: Person, by: Viewer) -> str:
    """Set a new password and return it to hand over once. All sessions end."""
    password = passwords.fresh()
    set_password(person, by, password)
    return password


def set_password(person: Person, by: Viewer, password: str) -> None:
    """Set a password that must be changed at the first sign-in. All sessions end. Raises Invalid when it is weak."""
    secret = hashed(passwords.checked(password, person.account.subject if person.account else ""))
    with writing():
        account = _account(person, by)
        account.secret, account.must_change = secret, True
        end_all_sessions(person)
        _record(by, "person.password", person.id, _of(person))


def _account(person: Person, by: Viewer) -> Identity:
    require(by, "person.keep", locked(person))
    if person.account is None:
        raise Refused("这个人没有工作账号")
    return locked(person.account)


def _of(person: Person) -> Place:
    """The place under which changes of a person are recorded: that of the latest post."""
    return person.posts[-1].stands_at


def _place(at: Place | Body) -> Place:
    return at.place if isinstance(at, Body) else at


def _record(by: Viewer, name: str, subject_id: int, place: Place, **data: Any) -> None:
    record(name, subject_id, stream=place.stream, scope=place.path, actor=by.label, actor_id=by.staff_id, **data)

"""Endpoints of people: staff in the viewer's places, new accounts, posts, closing an account, a new password."""

from types import SimpleNamespace
from typing import Any

from flask import render_template
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from governance.core.db import db, like_prefix
from governance.core.errors import Invalid
from governance.core.web.forms import attempt, options
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.keep.blueprint import asked_id, asked_words, bp, page_of
from governance.keep.forms import PostForm, StaffForm
from governance.people.access.areas import area_names
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, may, visible
from governance.people.model import ROLES, Body, Identity, Person, Post
from governance.people.staff import actions
from governance.places.finding import find_place
from governance.places.model import Place


@bp.get("/people")
@open_to(keeper)
def people() -> Any:
    q = asked_words("q")
    query = select(Person).where(visible(current(), "person.read", Person))
    if q:
        account = exists().where(
            Identity.person_id == Person.id, Identity.kind == "account", Identity.subject == q.lower()
        )
        query = query.where(or_(Person.nickname.like("%" + like_prefix(q), escape="\\"), account))
    page = page_of(query.options(selectinload(Person.posts), selectinload(Person.identities)), Person.id)
    return render_template("keep/people.html", page=page, q=q)


@bp.route("/people/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new_person() -> Any:
    form = _choices(StaffForm(place=_asked_place()))
    added = attempt(form, lambda: _add(form))
    if added:
        person, password = added
        return render_template("keep/password.html", person=person, password=password, fresh=True)
    return render_template("keep/person_new.html", form=form, areas=area_names(current())), form.status


def _add(form: StaffForm) -> tuple[Person, str]:
    return actions.add_staff(
        current(), form.account.data, form.nickname.data, form.role.data, _chosen(form), form.phone.data or ""
    )


def _asked_place() -> str:
    id_ = asked_id("at")
    return find_permitted(Place, id_, "place.keep").full_path if id_ else ""


def _choices(form: Any) -> Any:
    """Offer only what the viewer may give; the actions check again."""
    viewer = current()
    bodies = db.session.scalars(select(Body).where(visible(viewer, "body.keep", Body)).order_by(Body.name).limit(200))
    form.body.choices = options(("0", "（不是单位的岗位）"), *((str(body.id), body.name) for body in bodies))
    has_bodies = len(form.body.choices) > 1
    given = ((role, label) for role, label in ROLES.items() if _may_give(role) and (role != "body" or has_bodies))
    form.role.choices = options(*given)
    return form


def _may_give(role: str) -> bool:
    own = db.session.scalars(
        select(Place).where(Place.id.in_({post.place_id for post in current().posts if post.place_id}))
    )
    return any(may(current(), "post.keep", SimpleNamespace(role=role, **place.areas())) for place in own)


def _chosen(form: PostForm) -> Place | Body:
    """Where the post is: the body that was picked, or the place that was written."""
    if form.role.data == "body":
        if not form.body.data:
            raise Invalid({"body": "请选是哪个承办单位"})
        return find_permitted(Body, form.body.data, "body.keep")
    if not form.place.data:
        raise Invalid({"place": "请填在哪里，如：银杏社区/第一网格"})
    return find_place(form.place.data, visible(current(), "place.keep", Place))


@bp.get("/people/<int:person_id>")
@open_to(keeper)
def person(person_id: int) -> Any:
    row = find_permitted(Person, person_id, "person.read")
    return _show(row, _choices(PostForm()))


def _show(row: Person, form: PostForm) -> str:
    return render_template("keep/person.html", person=row, form=form, areas=area_names(current()))


@bp.post("/people/<int:person_id>/posts")
@open_to(keeper)
@refills
def give_post(person_id: int) -> Any:
    row, form = find_permitted(Person, person_id, "person.read"), _choices(PostForm())
    if attempt(form, lambda: actions.give_post(row, current(), form.role.data, _chosen(form))):
        return back("keep.person", person_id=person_id)
    return _show(row, form), 422


@bp.post("/posts/<int:post_id>/end")
@open_to(keeper)
def end_post(post_id: int) -> Any:
    post = find_permitted(Post, post_id, "post.keep")
    actions.end_post(post, current())
    return back("keep.person", person_id=post.person_id)


@bp.post("/people/<int:person_id>/disable")
@open_to(keeper)
def disable(person_id: int) -> Any:
    actions.disable(find_permitted(Person, person_id, "person.keep"), current())
    return back("keep.person", person_id=person_id)


@bp.post("/people/<int:person_id>/enable")
@open_to(keeper)
def enable(person_id: int) -> Any:
    actions.enable(find_permitted(Person, person_id, "person.keep"), current())
    return back("keep.person", person_id=person_id)


@bp.post("/people/<int:person_id>/password")
@open_to(keeper)
def reset_password(person_id: int) -> Any:
    row = find_permitted(Person, person_id, "person.keep")
    password = actions.reset_password(row, current())
    return render_template("keep/password.html", person=row, password=password, fresh=False)

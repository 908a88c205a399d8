"""Who may come to the pages of /keep at all, and that what is another's looks like what is not there."""

import pytest

from governance.core.db import db, now
from governance.places.model import Code
from tests.keep.parts import fresh

BY_KEEPER = (
    "/keep/",
    "/keep/places",
    "/keep/places/import",
    "/keep/people",
    "/keep/people/new",
    "/keep/bodies",
    "/keep/bodies/new",
)
BY_OFFICER = ("/keep/categories", "/keep/categories/new")


@pytest.mark.parametrize("address", BY_KEEPER + BY_OFFICER)
def test_who_keeps_nothing_gets_nowhere(phone, cast, address):
    assert phone().get(address).status_code == 303
    assert phone().sign_in("gao").get(address).status_code == 403
    assert phone().sign_in("wu").get(address).status_code == 403


@pytest.mark.parametrize("account", ["shen", "qiao", "du"])
def test_every_keeper_sees_the_pages_of_keeping_and_officers_the_categories_too(phone, cast, account):
    someone = phone().sign_in(account)
    assert {someone.get(address).status_code for address in BY_KEEPER} == {200}
    expected = 403 if account == "shen" else 200
    assert {someone.get(address).status_code for address in BY_OFFICER} == {expected}


@pytest.mark.parametrize(
    "door",
    [
        "/keep/places/{place}",
        "/keep/places/{place}/new",
        "/keep/places/{place}/poster.pdf",
        "/keep/places?under={place}",
        "/keep/people/new?at={place}",
        "/keep/people/{person}",
        "/keep/bodies/{body}",
    ],
)
def test_what_is_anothers_looks_like_what_is_not_there(phone, cast, door):
    shen = phone().sign_in("shen")
    foreign = door.format(place=cast.places["8号院"], person=cast.people["lin"], body=cast.bodies["绿叶物业"])
    answers = [shen.get(foreign), *(shen.get(door.format(place=n, person=n, body=n)) for n in (999_999, 2**31, 2**70))]
    assert {answer.status_code for answer in answers} <= ({404} if "?" not in door else {404, 200})
    assert answers[0].status_code == answers[1].status_code == 404


@pytest.mark.parametrize(
    "door",
    [
        "/keep/places/{place}",
        "/keep/places/{place}/codes",
        "/keep/places/{place}/codes/missing",
        "/keep/codes/{code}/mark",
        "/keep/codes/{code}/retire",
        "/keep/people/{person}/posts",
        "/keep/posts/{person}/end",
        "/keep/people/{person}/disable",
        "/keep/people/{person}/password",
        "/keep/bodies/{body}",
    ],
)
def test_what_is_anothers_cannot_be_changed(phone, cast, door):
    shen = phone().sign_in("shen")
    before = db.session.query(Code).count()
    values = {
        "place": cast.places["8号院"],
        "code": cast.codes["8号院"],
        "person": cast.people["lin"],
        "body": cast.bodies["绿叶物业"],
    }
    assert shen.post(door.format(**values), state="lost", name="改了").status_code == 404
    fresh()
    assert (db.session.query(Code).count(), cast.code("8号院").state) == (before, "printed")
    assert cast.place("8号院").name == "8号院" and cast.person("lin").posts[0].in_force(now())

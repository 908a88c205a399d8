"""Keeping people: who may give and end what, and that rights and sessions end when they should. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.core.errors import Forbidden, Invalid, Refused
from governance.core.events import history
from governance.people.access.current import viewer_of
from governance.people.access.permissions import RULES, may, visible
from governance.people.access.viewer import Viewer
from governance.people.model import Body, Identity, Person, Post, StaffSession
from governance.people.staff import actions, bodies
from governance.people.staff.signin import sign_in
from tests.cast import PASSWORD


def signed_in(account):
    sign_in(account, PASSWORD, "test")
    return lambda: [
        row.revoked_at
        for row in db.session.scalars(select(StaffSession).join(StaffSession.identity).filter_by(subject=account))
    ]


def post_of(cast, name):
    return cast.person(name).posts[0]


def test_somebody_new_signs_in_with_the_password_that_was_handed_over(cast):
    person, password = actions.add_staff(
        cast.viewer("shen"), "  XiaoHe ", "小禾", "grid", cast.place("第一网格"), "13800000000"
    )
    assert sign_in("xiaohe", password, "test")
    assert viewer_of(person).areas("grid", "grid") == {cast.places["第一网格"]}
    assert [event.name for event in history("person", person.id)] == ["person.add"]
    assert password not in str([event.data for event in history("person", person.id)])


def test_an_account_that_is_taken_is_refused_and_nobody_is_made(cast):
    people = db.session.query(Person).count()
    with pytest.raises(Invalid) as refused:
        actions.add_staff(cast.viewer("shen"), "gao", "另一个", "grid", cast.place("第一网格"))
    assert refused.value.fields == {"account": "这个账号已经有人用了"}
    assert db.session.query(Person).count() == people


@pytest.mark.parametrize("account", ["", "ab", "-abc", "有中文", "a b c", "x" * 33, "a@b.cn"])
def test_an_account_that_cannot_be_typed_everywhere_is_refused(cast, account):
    with pytest.raises(Invalid) as refused:
        actions.add_staff(cast.viewer("shen"), account, "某", "grid", cast.place("第一网格"))
    assert "account" in refused.value.fields


GIVING = [
    ("shen", "grid", "第一网格", True),
    ("shen", "grid", "银杏社区", True),
    ("shen", "community", "银杏社区", True),
    ("shen", "grid", "第二网格", False),
    ("shen", "community", "海棠社区", False),
    ("shen", "street", "柳荫街道", False),
    ("shen", "auditor", "银杏社区", False),
    ("qiao", "community", "海棠社区", True),
    ("qiao", "street", "柳荫街道", True),
    ("qiao", "auditor", "柳荫街道", False),
    ("qiao", "district", "示范区", False),
    ("du", "district", "示范区", True),
    ("du", "auditor", "示范区", True),
    ("gao", "grid", "第一网格", False),
    ("wu", "grid", "第一网格", False),
]


@pytest.mark.parametrize(("actor", "role", "place", "allowed"), GIVING)
def test_nobody_gives_a_post_above_their_own_nor_outside_their_places(cast, actor, role, place, allowed):
    def give():
        return actions.add_staff(cast.viewer(actor), "newcomer", "新人", role, cast.place(place))

    if allowed:
        assert give()[0].posts[0].role == role
    else:
        with pytest.raises(Invalid):
            give()
        assert db.session.scalar(select(Identity.id).filter_by(subject="newcomer")) is None


@pytest.mark.parametrize(("actor", "allowed"), [("shen", False), ("qiao", True), ("du", True)])
def test_a_post_in_a_body_is_given_by_whoever_keeps_the_place_it_works_in(cast, actor, allowed):
    body = cast.body("绿叶物业")
    if allowed:
        person, _ = actions.add_staff(cast.viewer(actor), "newcomer", "新人", "body", body)
        assert viewer_of(person).bodies == {body.id}
    else:
        with pytest.raises(Invalid):
            actions.add_staff(cast.viewer(actor), "newcomer", "新人", "body", body)


@pytest.mark.parametrize(
    ("role", "place", "field"),
    [
        ("grid", "5号楼", "place"),
        ("community", "第一网格", "place"),
        ("body", "柳荫街道", "body"),
        ("king", "柳荫街道", "role"),
    ],
)
def test_a_post_stands_where_its_role_belongs(cast, role, place, field):
    with pytest.raises(Invalid) as refused:
        actions.give_post(cast.person("gao"), cast.viewer("du"), role, cast.place(place))
    assert field in refused.value.fields


def test_the_same_post_is_not_given_twice(cast):
    with pytest.raises(Refused):
        actions.give_post(cast.person("gao"), cast.viewer("shen"), "grid", cast.place("第一网格"))


def test_a_post_with_an_end_ends_by_itself_and_one_that_ended_before_it_began_is_refused(cast):
    gao, community = cast.person("gao"), cast.place("银杏社区")
    post = actions.give_post(gao, cast.viewer("shen"), "grid", community, until=now() + timedelta(days=2))
    assert post.in_force(now()) and not post.in_force(now() + timedelta(days=3))
    with pytest.raises(Invalid):
        actions.give_post(gao, cast.viewer("shen"), "community", community, until=now() - timedelta(days=1))


def test_ending_the_last_post_takes_the_rights_and_signs_out_everywhere(cast):
    revoked = signed_in("gao")
    actions.end_post(post_of(cast, "gao"), cast.viewer("shen"))
    assert cast.viewer("gao").posts == ()
    assert all(revoked())
    with pytest.raises(Refused):
        actions.end_post(post_of(cast, "gao"), cast.viewer("shen"))


def test_the_scan_pages_of_a_grid_are_rendered_anew_when_its_worker_changes(cast):
    before = {name: cast.place(name).version for name in ("5号楼", "1号楼")}
    post = actions.give_post(cast.person("shen"), cast.viewer("shen"), "grid", cast.place("第一网格"))
    actions.end_post(post, cast.viewer("qiao"))
    db.session.expire_all()
    assert cast.place("5号楼").version == before["5号楼"] + 2
    assert cast.place("1号楼").version == before["1号楼"]


def test_ending_one_of_two_posts_keeps_the_session(cast):
    actions.give_post(cast.person("gao"), cast.viewer("shen"), "grid", cast.place("银杏社区"))
    revoked = signed_in("gao")
    actions.end_post(post_of(cast, "gao"), cast.viewer("shen"))
    assert revoked() == [None]
    assert cast.viewer("gao").areas("grid", "community") == {cast.places["银杏社区"]}


@pytest.mark.parametrize(("actor", "whose"), [("shen", "lin"), ("shen", "qiao"), ("gao", "gao"), ("qiao", "du")])
def test_a_post_out_of_reach_cannot_be_ended(cast, actor, whose):
    with pytest.raises(Forbidden):
        actions.end_post(post_of(cast, whose), cast.viewer(actor))


def test_nobody_ends_their_own_post_nor_closes_their_own_account(cast):
    with pytest.raises(Refused):
        actions.end_post(post_of(cast, "shen"), cast.viewer("shen"))
    with pytest.raises(Refused):
        actions.disable(cast.person("shen"), cast.viewer("shen"))


def test_a_closed_account_cannot_sign_in_until_it_is_opened_again(cast):
    revoked = signed_in("gao")
    actions.disable(cast.person("gao"), cast.viewer("shen"))
    assert all(revoked())
    with pytest.raises(Invalid):
        sign_in("gao", PASSWORD, "test")
    actions.enable(cast.person("gao"), cast.viewer("shen"))
    assert sign_in("gao", PASSWORD, "test")
    assert [event.name for event in history("person", cast.people["gao"])] == ["person.disable", "person.enable"]


def test_a_fresh_password_replaces_the_old_one_and_signs_out_everywhere(cast):
    revoked = signed_in("gao")
    password = actions.reset_password(cast.person("gao"), cast.viewer("shen"))
    assert all(revoked())
    with pytest.raises(Invalid):
        sign_in("gao", PASSWORD, "test")
    assert sign_in("gao", password, "test")


@pytest.mark.parametrize(
    "password", ["", "short", "1234567890", "QWERTYUIOP", "aaaaaaaaaaaa", "ababababab", "my-tang-1234", "x" * 201]
)
def test_a_password_that_is_easily_guessed_is_refused(cast, password):
    with pytest.raises(Invalid) as refused:
        actions.set_password(cast.person("tang"), cast.viewer("qiao"), password)
    assert "password" in refused.value.fields


def test_an_account_with_a_post_further_up_cannot_be_taken_over_from_below(cast):
    actions.give_post(cast.person("qiao"), cast.viewer("qiao"), "grid", cast.place("第一网格"))
    shen, qiao = cast.viewer("shen"), cast.person("qiao")
    assert may(shen, "person.read", qiao) and not may(shen, "person.keep", qiao)
    for act in (actions.reset_password, actions.disable):
        with pytest.raises(Forbidden):
            act(qiao, shen)


RULED = [("post.keep", Post), ("person.read", Person), ("person.keep", Person), ("body.keep", Body)]


@pytest.mark.parametrize(("action", "model"), RULED)
def test_a_rule_says_the_same_of_one_row_and_of_the_table(cast, action, model):
    actions.give_post(cast.person("qiao"), cast.viewer("qiao"), "grid", cast.place("第一网格"))
    actions.give_post(cast.person("gao"), cast.viewer("qiao"), "grid", cast.place("第二网格"))
    actions.end_post(post_of(cast, "lin"), cast.viewer("qiao"))
    for keeper, place in (("tang", "海棠社区"), ("shen", "银杏社区")):
        body = bodies.add_body(cast.viewer(keeper), f"{place}维修队", "维保单位", "", cast.place(place))
        actions.add_staff(cast.viewer(keeper), f"fixer.{keeper}", "维修", "body", body)
    with writing():
        db.session.add(Person(nickname="谁也不是"))
    viewers = [cast.viewer(name) for name in cast.people] + [Viewer()]
    answers = set()
    for viewer in viewers:
        listed = set(db.session.scalars(select(model.id).where(visible(viewer, action, model))))
        asked = {row.id for row in db.session.scalars(select(model)) if may(viewer, action, row)}
        assert listed == asked, (viewer.label, RULES[action].name)
        answers.add(len(listed))
    assert len(answers) > 2


def test_a_body_is_added_and_changed_within_own_places_only(cast):
    body = bodies.add_body(cast.viewer("shen"), "银杏维修队", "维保单位", "010-00000002", cast.place("银杏社区"))
    bodies.change_body(body, cast.viewer("shen"), phone="010-00000003", place_id=cast.places["第一网格"])
    assert (body.phone, body.place_id) == ("010-00000003", cast.places["第一网格"])
    assert [event.name for event in history("body", body.id)] == ["body.add", "body.change"]
    with pytest.raises(Invalid):
        bodies.change_body(body, cast.viewer("shen"), place_id=cast.places["海棠社区"])
    assert db.session.get(Body, body.id).place_id == cast.places["第一网格"]
    with pytest.raises(Forbidden):
        bodies.change_body(body, cast.viewer("tang"), phone="010-00000004")
    with pytest.raises(Invalid):
        bodies.add_body(cast.viewer("qiao"), "银杏维修队", "维保单位", "", cast.place("柳荫街道"))

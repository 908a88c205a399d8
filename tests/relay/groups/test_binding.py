"""Groups are bound by keepers of their places; secrets stay secret; an archived group is over."""

import pytest

from governance.core.db import db
from governance.core.errors import Forbidden, Invalid, Missing, Refused
from governance.core.events import Event
from governance.people.access.permissions import visible
from governance.places.model import Place
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding, direct_message, keepers
from governance.relay.model import Group
from tests.groups import settings_in_database, states

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both
KEY = "secret-key-of-the-robot"


def bind(cast, by="shen", place="5号楼", **given):
    kind, audience = given.pop("kind", "wecom_webhook"), given.pop("audience", "residents")
    return binding.add(cast.viewer(by), kind, audience, "邻里群", {"key": KEY} | given, [cast.place(place)])


def test_the_community_binds_a_group_in_its_own_places_only(cast):
    assert bind(cast).community_id == cast.places["银杏社区"]
    with pytest.raises(Forbidden):
        bind(cast, "tang")
    with pytest.raises(Forbidden):
        bind(cast, "gao")


def test_a_group_reaching_beyond_a_community_is_for_those_above_it(cast):
    both = [cast.place("5号楼"), cast.place("1号楼")]
    with pytest.raises(Forbidden):
        binding.add(cast.viewer("shen"), "manual", "workers", "两社区群", {}, both)
    made = binding.add(cast.viewer("qiao"), "manual", "workers", "两社区群", {}, both)
    assert (made.community_id, made.street_id) == (None, cast.places["柳荫街道"])


def test_a_robots_key_is_encrypted_and_its_fingerprint_is_keyed(cast):
    group = bind(cast)
    assert KEY not in settings_in_database(group.id) and KEY not in (group.robot or "")
    assert group.bound == {"key": KEY}
    assert all(KEY not in str(event.data) for event in db.session.query(Event))


WEBHOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


@pytest.mark.parametrize(
    "pasted",
    [
        WEBHOOK,
        WEBHOOK[8:],
        f"Webhook地址：{WEBHOOK}。",
        f"<{WEBHOOK}> 谢谢",
        f"{WEBHOOK}&debug=1",
        WEBHOOK.replace("?", "？"),
    ],
)
def test_the_whole_webhook_address_may_be_pasted(cast, pasted):
    assert bind(cast, key=pasted).bound == {"key": KEY}


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "有汉字的钥匙不可以",
        "a" * 200,
        "https://qyapi.weixin.qq.com/",
        f"https://a.example/send?key={KEY}",
        "https://[bad/?key=1",
        "k&y=1 2345678",
    ],
)
def test_what_is_no_key_is_refused_beside_its_field(cast, key):
    with pytest.raises(Invalid) as refused:
        bind(cast, key=key)
    assert set(refused.value.fields) == {"key"}


def test_an_unknown_channel_or_audience_is_refused(cast):
    with pytest.raises(Missing):
        bind(cast, kind="pigeon")
    with pytest.raises(Invalid):
        bind(cast, audience="everybody")


def test_a_change_without_a_new_key_keeps_the_old_one(cast):
    group = bind(cast)
    binding.change(group, cast.viewer("shen"), "新名字", {"key": ""}, [cast.place("6号楼")])
    assert (group.name, group.bound["key"], [place.name for place in group.places]) == ("新名字", KEY, ["6号楼"])


def test_nobody_moves_a_group_into_places_of_others(cast):
    group = bind(cast)
    with pytest.raises(Forbidden):
        binding.change(group, cast.viewer("shen"), "邻里群", {}, [cast.place("8号院")])
    db.session.rollback()
    assert [place.name for place in db.session.get_one(Group, group.id).places] == ["5号楼"]


def test_places_are_found_by_code_or_by_name_among_ones_own(cast):
    own = visible(cast.viewer("shen"), "group.keep", Place)
    found = binding.find_places(f"{cast.codes['5号楼']}\n3号院/6号楼\n5号楼", own)
    assert [place.name for place in found] == ["5号楼", "6号楼"]
    for foreign in ("8号院", cast.codes["8号院"], "没有的楼"):
        with pytest.raises(Invalid):
            binding.find_places(foreign, own)


def test_a_test_message_goes_to_this_group_alone(app, cast, receiver):
    group = bind(cast)
    bind(cast, key="another-robot-here")
    direct_message.test_message(group, cast.viewer("shen"))
    while expand():
        pass
    assert deliver(app) and states() == ["sent"]
    assert receiver.heard(KEY)[0].startswith("这是一条测试消息：邻里群已经和一码共治接通了。")
    assert len(receiver.log.calls) == 1


def test_a_disabled_group_is_enabled_again_and_an_archived_one_never(cast):
    by, group = cast.viewer("shen"), bind(cast)
    binding.disable(group, by)
    with pytest.raises(Refused):
        direct_message.test_message(group, by)
    binding.enable(group, by)
    assert group.hears
    binding.archive(group, by)
    assert group.bound == {} and group.robot is None
    for deed in (
        lambda: binding.enable(group, by),
        lambda: binding.disable(group, by),
        lambda: binding.change(group, by, "又来了", {"key": KEY}, group.places),
        lambda: binding.archive(group, by),
        lambda: keepers.hand_over(group, by, "shen"),
    ):
        with pytest.raises(Refused, match="已经归档"):
            deed()


def test_a_groups_name_is_one_line(cast):
    group = bind(cast)
    binding.change(group, cast.viewer("shen"), "\u202e 邻里\n\t\u200b群 ", {}, group.places)
    assert group.name == "邻里 群"

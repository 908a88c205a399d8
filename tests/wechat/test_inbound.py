"""What comes in is read as one plain thing, and hostile XML and JSON as nothing at all."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.wechat.envelope import LARGEST, Problem, Unreadable
from governance.wechat.inbound import (
    ACCEPT,
    ENTER,
    LEAVE,
    OTHER,
    PHOTO,
    POLL,
    REJECT,
    SCAN,
    TEXT,
    Incoming,
    from_json,
    from_xml,
)
from governance.wechat.parsing import json_object, xml
from tests.peers.platform import chosen, event, image, message, said, text

BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        "<xml><a>&unknown;</a></xml>",
        "",
        "<xml>",
        "<other><a>1</a></other>",
        "<xml>" * 5000,
        f"<xml>{'<a>' * 20}{'</a>' * 20}</xml>",
        "<xml>\x00</xml>",
        "<xml>\ud800</xml>",
        b"\xff\xfe<xml/>",
        b'<?xml version="1.0" encoding="utf-7"?><xml>+ADw-</xml>',
        "<xml><a>" + "x" * LARGEST + "</a></xml>",
        '{"xml": 1}',
    ],
)
def test_hostile_xml_is_unreadable(body) -> None:
    with pytest.raises(Unreadable):
        from_xml(body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "1",
        "{",
        '{"a":' * 5000,
        "[" * 100_000,
        '{"a": ' + "[" * 50 + "]" * 50 + "}",
        '{"a": ' + "9" * 5000 + "}",
        b"\xff",
        '{"a": "' + "x" * LARGEST + '"}',
        '{"msgid": "1"}',
        '{"msgid": "1", "from": "me", "msgtype": "text"}',
        '{"msgid": 1, "from": {"userid": "a"}, "msgtype": "text"}',
        '{"msgid": "1", "from": {"userid": ["a"]}, "msgtype": "text"}',
        json.dumps({"msgid": "1" * 200, "from": {"userid": "a"}, "msgtype": "text"}),
    ],
)
def test_hostile_json_is_unreadable(body) -> None:
    with pytest.raises(Unreadable):
        from_json(body)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_but_a_refusal_comes_of_garbage(body) -> None:
    for read in (from_xml, from_json):
        with pytest.raises(Problem):
            read(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["msgid", "msgtype", "from", "text", "mixed", "image", "event", "chatid", "stream", "voice"])
KINDS = st.sampled_from(["text", "mixed", "image", "voice", "event", "stream"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=8), KINDS)
def test_a_robots_message_of_any_shape_is_read_or_refused(body, kind) -> None:
    try:
        found = from_json(json.dumps({"msgid": "1", "from": {"userid": "a"}} | body | {"msgtype": kind}))
    except Unreadable:
        return
    assert Incoming.from_plain(json.loads(json.dumps(found.as_plain()))) == found
    for words in (found.text, found.key, found.sender, found.chat):
        assert "\0" not in words and words.encode().decode() == words


def test_messages_and_events_are_what_they_are() -> None:
    assert from_xml(text("报事 灯不亮", number=7)) == Incoming(TEXT, "o-resident-1", "m:7", text="报事 灯不亮")
    shot = from_xml(image("media-1"))
    assert (shot.kind, shot.photos[0].media_id) == (PHOTO, "media-1")
    spoken = message("voice", "<MediaId>1</MediaId><Recognition>灯不亮</Recognition>", "o-resident-1")
    assert (from_xml(spoken).kind, from_xml(spoken).text) == (TEXT, "灯不亮")
    assert [from_xml(event(*one)).kind for one in (("subscribe", ""), ("unsubscribe", ""), ("VIEW", "x"))] == [
        ENTER,
        LEAVE,
        OTHER,
    ]
    assert {from_xml(event(*one)).scene for one in (("subscribe", "qrscene_E44SMKE7"), ("SCAN", "E44SMKE7"))} == {
        "E44SMKE7"
    }
    assert from_xml(event("SCAN", "E44SMKE7")).kind == SCAN


def test_a_robots_messages_are_what_they_are() -> None:
    found = from_json(said("@助手 报事 灯不亮", response_url="https://qyapi.weixin.qq.com/cgi-bin/aibot/response?a=1"))
    assert (found.kind, found.chat, found.sender) == (TEXT, "chat-5", "worker-1") and found.answer_to
    assert from_json(said("灯不亮", chat="")).chat == ""
    parts = [
        {"msgtype": "text", "text": {"content": "@助手 灯不亮"}},
        {"msgtype": "image", "image": {"url": "https://a/"}},
    ]
    mixed = from_json(said(msgtype="mixed", mixed={"msg_item": parts}))
    assert (mixed.kind, mixed.text, mixed.photos[0].url) == (TEXT, "@助手 灯不亮", "https://a/")
    assert from_json(said(msgtype="image", image={"url": "https://a/"})).kind == PHOTO
    assert from_json(said(msgtype="event", event={"eventtype": "enter_chat"})).kind == ENTER
    assert from_json(said(msgtype="stream", stream={"id": "s1"})) == Incoming(POLL, "", "s1")


def test_the_same_event_is_the_same_and_another_is_not() -> None:
    keys = [from_xml(event("SCAN", "E44SMKE7", at=5)).key for _ in range(2)]
    others = [event("SCAN", "E44SMKE7", at=6), event("SCAN", "3SFF83BB", at=5), event("subscribe", "", at=5)]
    others += [event("SCAN", "E44SMKE7", "o-2", at=5)]
    assert len({*keys}) == 1 and len({*keys, *(from_xml(one).key for one in others)}) == 5


def test_markup_inside_cdata_is_only_text() -> None:
    assert xml("<xml><a><![CDATA[<!ENTITY x><b>]]></a></xml>") == {"a": "<!ENTITY x><b>"}
    assert json_object('{"a": "\\u0000b\\ud800"}') == {"a": "b"}


def test_what_was_chosen_of_notices_is_read_template_by_template() -> None:
    choices = [("a", "accept"), ("b", "reject"), ("c", "accept")]
    accepted = from_xml(chosen("subscribe_msg_popup_event", choices))
    assert (accepted.kind, accepted.templates) == (ACCEPT, ("a", "c"))
    refused = from_xml(chosen("subscribe_msg_change_event", choices))
    assert (refused.kind, refused.templates) == (REJECT, ("b",))
    assert Incoming.from_plain(json.loads(json.dumps(accepted.as_plain()))) == accepted


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<SubscribeMsgPopupEvent>accept</SubscribeMsgPopupEvent>",
        "<SubscribeMsgPopupEvent><List>accept</List></SubscribeMsgPopupEvent>",
        "<TemplateId>a</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>",
        "<X><List><Y><TemplateId>a</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></Y></List></X>",
    ],
)
def test_a_choice_of_another_shape_is_none(inside) -> None:
    head = "<FromUserName>o-1</FromUserName><CreateTime>5</CreateTime><MsgType>event</MsgType>"
    body = f"<xml>{head}<Event>subscribe_msg_popup_event</Event>{inside}</xml>"
    assert from_xml(body).kind == OTHER

"""A text is written in Chinese and shown in the language of its reader, with the facts put in then."""

import pytest

from governance.core.errors import Invalid, Refused
from governance.core.translation import LazyText, translate
from tests.assistant.bot import DOOR, KEY, bind_bot, number_in
from tests.catalogue import translate_into_english

TEXTS = {
    "这件事%(state)s。还有问题请重新报一次": "This report is %(state)s. Please report again.",
    "现在不能这样做": "Not possible now",
    "最多 %(max)s 个字": "At most %(max)s characters",
    "不予受理": "declined",
    "这里办不了": "declined",
}


@pytest.fixture
def english(app, tmp_path):
    translate_into_english(app, tmp_path, TEXTS)
    with app.test_request_context("/?lang=en"):
        yield


@pytest.fixture
def declined(app, cast, phone, tmp_path) -> tuple[str, str]:
    """The address and the number of a report that the office declined."""
    bind_bot(cast)
    translate_into_english(app, tmp_path, TEXTS)
    address = phone().report(cast.codes["5号楼"])
    desk = phone().sign_in("gao")
    desk.get(address)
    assert desk.post(f"{address}/moves/decline", note="请找物业").status_code == 303
    return address, number_in(desk.page)


def test_a_refusal_is_read_in_the_readers_language_with_its_facts(declined, phone) -> None:
    address, number = declined
    for language, words, title in (
        ("en", "This report is declined. Please report again.", "Not possible now"),
        ("zh", "这件事这里办不了。还有问题请重新报一次", "现在不能这样做"),
    ):
        neighbour = phone()
        neighbour.get("/signin")
        form, headers = {"csrf_token": neighbour.field("csrf_token")}, {"Accept": "application/json"}
        page = neighbour.post(f"{address}/join?lang={language}")
        assert page.status_code == 409 and words in neighbour.page and title in neighbour.page
        problem = neighbour.client.post(f"{address}/join?lang={language}", data=form, headers=headers)
        assert (problem.mimetype, problem.json["detail"]) == ("application/problem+json", words)
        assert problem.json["title"] == title
        said = {"message_id": language, "group": "chat-5", "sender": language, "text": f"我也遇到 {number}"}
        bearer = {"Authorization": f"Bearer {KEY}"}
        reply = neighbour.client.post(f"{DOOR}?lang={language}", json=said, headers=bearer)
        assert reply.json == {"reply": words}


def test_a_fact_that_is_a_text_is_translated_too(english) -> None:
    refused = Refused("这件事%(state)s。还有问题请重新报一次", state=LazyText("不予受理"))
    assert str(refused) == refused.words == "This report is declined. Please report again."
    wrong = Invalid({"note": LazyText("不予受理"), "words": "没有译文"})
    assert wrong.fields == {"note": "declined", "words": "没有译文"} and wrong.words == "declined；没有译文"
    assert LazyText("最多 %(max)s 个字") % {"max": 40, "min": -1} == "At most 40 characters"


def test_what_is_kept_stays_chinese_whoever_acts(english) -> None:
    text = LazyText("这件事%(state)s。还有问题请重新报一次", state=LazyText("不予受理"))
    assert text.in_chinese == "这件事不予受理。还有问题请重新报一次"


def test_outside_a_request_and_an_application_a_text_is_chinese() -> None:
    refused = Refused("这件事%(state)s。还有问题请重新报一次", state=LazyText("不予受理"))
    assert str(refused) == "这件事不予受理。还有问题请重新报一次"
    assert (translate(""), translate("100% 完成")) == ("", "100% 完成")
    assert Refused().words == "现在不能这样做"


def test_a_language_that_is_not_there_is_neither_answered_nor_remembered(app, phone) -> None:
    asked = phone().get("/signin?lang=en")
    assert 'lang="zh-CN"' in asked.get_data(as_text=True)
    assert not any(cookie.startswith("lang=") for cookie in asked.headers.getlist("Set-Cookie"))

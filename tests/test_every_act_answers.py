"""Every act answers with a line that says what it did, without script, on the page it leads to, and says it once."""

import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest

from governance.core.db import db, writing
from governance.discussions import contributions
from tests.cast import Cast
from tests.discussions.hall import begun
from tests.phone import Phone

Act = Callable[[Phone, Cast, str], str]  # makes the act; the address of the page that answers


def _posted(phone: Phone, address: str, **form: str) -> str:
    answer = phone.post(address, **form)
    assert answer.status_code == 303, answer.text
    return str(answer.location).split("#")[0]


def on_ticket(deed: str, **form: str) -> Act:
    def act(phone: Phone, cast: Cast, there: str) -> str:
        phone.get(there)
        return _posted(phone, f"{there}/{deed}", **form)

    return act


SAME = str(uuid.uuid4())
TICKET: dict[str, tuple[str, Act, str, str]] = {  # whose phone, the act, the line of the first time and of the second
    "我也遇到": ("neighbour", on_ticket("join"), "记下了：您也遇到", "您已经说过也遇到了，只算一次"),
    "催一下": ("reporter", on_ticket("nudge"), "催了一下，记在这件事上", "您今天已经催过了"),
    "补一句": ("reporter", on_ticket("more", words="又黑了一层", submission=SAME), "补上了", "这一句刚才已经补上了"),
    "受理": ("gao", on_ticket("moves/accept"), "看过了，接下来办", ""),
    "办结": ("gao", on_ticket("moves/finish", note="换了灯"), "办完了", ""),
    "没解决": ("reporter", on_ticket("answer", solved="no"), "记下了：没解决。已经转回去重新办", ""),
    "撤回": ("reporter", on_ticket("moves/withdraw"), "已撤回", ""),
}


def line_on(page: str) -> str:
    found = re.search(r'<p class="note note--done" role="status" id="done">(.*?)</p>', page, re.S)
    return unescape(found[1]) if found else ""


def judge(phone: Phone, act: Callable[[], str], first: str, second: str) -> None:
    for line in filter(None, (first, second)):
        there = act()
        assert line in line_on(phone.get(there).text)
        assert line_on(phone.get(there).text) == "", "said twice"


def test_acts_on_a_ticket_say_what_they_did_at_the_first_press_and_at_the_second(phone, cast) -> None:
    phones = {"reporter": phone(), "neighbour": phone(), "gao": phone().sign_in("gao")}
    there = phones["reporter"].report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    for who, act, first, second in TICKET.values():
        judge(phones[who], lambda act=act, who=who: act(phones[who], cast, there), first, second)


def test_acts_in_the_hall_say_what_they_did(phone, cast) -> None:
    topic = begun(cast)
    with writing():
        said = contributions.say(topic, cast.known("三楼老周"), str(uuid.uuid4()), "装在东门")
    number, ref = said.id, topic.ref
    db.session.rollback()
    one, hall = phone().known_as("爱种花的", cast), f"/topics/{ref}"
    one.get(f"{hall}/say")
    for address, form, line in (
        (f"{hall}/statements/{number}/voice", {"answer": "agree"}, "记下了：同意"),
        (f"{hall}/statements/{number}/voice", {"answer": "disagree"}, "记下了：不同意"),
        (f"{hall}/follow", {"follow": "no"}, "不再关注了"),
        (f"{hall}/follow", {"follow": "yes"}, "关注了"),
        (f"{hall}/statements", {"words": "装在西门"}, "说出来了，大家都能看到"),
        (f"{hall}/statements", {"words": "加我微信 13800138000"}, "社区先看一下，再公开"),
        (f"{hall}/statement/{number}/flag", {"words": "骂人"}, "收到了，社区的人会看"),
        (f"/c/{cast.codes['5号楼']}/topics/new", {"title": "换门禁", "words": "", "different": "1"}, "提上去了"),
    ):
        judge(one, lambda address=address, form=form: _posted(one, address, **form), line, "")


def test_acts_on_what_is_mine_say_what_they_did(phone, cast) -> None:
    one = phone().known_as("爱种花的", cast)
    ref = one.report(cast.codes["5号楼"], contact_phone="13800000001").rpartition("/")[2]
    one.get("/me/data")
    for address, form, line in (
        ("/me/data/contact", {"ref": ref, "contact_phone": "13800000002"}, "改好了"),
        ("/me/data/contact", {"ref": ref, "withdraw": "1"}, "撤回了"),
        ("/me/nickname", {"nickname": "爱养花的"}, "改好了，邻居以后看到的是“爱养花的”"),
    ):
        judge(one, lambda address=address, form=form: _posted(one, address, **form), line, "")


@pytest.mark.parametrize("where", ["scan", "topic"])
def test_a_page_that_is_one_for_all_holds_no_line(phone, cast, where) -> None:
    topic, one = begun(cast), phone().known_as("爱种花的", cast)
    address = {"scan": f"/c/{cast.codes['5号楼']}", "topic": f"/topics/{topic.ref}"}[where]
    before = one.get(address).data
    there = one.report(cast.codes["6号楼"])
    one.get(there)
    one.post(f"{there}/nudge")
    one.post(f"/topics/{topic.ref}/follow", follow="yes")
    assert one.get(address).data == before

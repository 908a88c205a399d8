"""A body sees how to reach the resident only if the dispatcher said so, on the page, in the words, in its messages."""

import pytest

from governance.core.db import db, find_by
from governance.core.events import Event
from governance.relay.messages import audience
from governance.tickets.model import Ticket
from governance.triage.bodies import is_named

pytestmark = pytest.mark.mainly_on("sqlite")
PHONE, SAID = "13812345678", "13987654321"
WORDS = f"3单元501漏水，我叫张伟民，打{SAID}"
SECRETS = (PHONE, SAID, "张伟民", "王奶奶", "138****5678", "王**", "王*")


@pytest.fixture
def dispatched(phone, cast):
    """Report, accept and dispatch to the body of wu; returns the address and wu's phone."""

    def made(words: str = WORDS, **form: str) -> tuple[str, object]:
        category = form.pop("category", "light")
        sent = {"contact_phone": PHONE, "contact_name": "王奶奶", "category": category}
        address, gao = phone().report(cast.codes["5号楼"], words=words, **sent), phone().sign_in("gao")
        gao.get(address)
        assert gao.post(f"{address}/moves/accept").status_code == 303
        gao.get(address)
        body = str(cast.bodies["绿叶物业"])
        assert gao.post(f"{address}/moves/dispatch", body=body, **form).status_code == 303, gao.page
        assert "：交给 绿叶物业" in gao.get(address).text
        return address, phone().sign_in("wu")

    return made


def secrets_in(who, *addresses: str) -> list[str]:
    pages = "".join(who.get(address).get_data(as_text=True) for address in addresses)
    return [secret for secret in SECRETS if secret in pages]


def ticket_at(address: str) -> Ticket:
    db.session.rollback()
    found = find_by(Ticket, ref=address.removeprefix("/t/"))
    assert found is not None
    return found


@pytest.mark.parametrize("category", ["light", "quarrel"])
def test_nothing_goes_along_unless_the_dispatcher_ticks_it(phone, cast, dispatched, category) -> None:
    address, wu = dispatched(category=category)
    assert secrets_in(wu, address, "/desk", "/desk?tab=mine") == []
    page = wu.get(address).text
    assert "501漏水" in page, page
    assert "联系方式没有一起给" in page  # the door is where the work is
    assert wu.post(f"{address}/contact").status_code == 403
    for event in db.session.query(Event).filter_by(noun="ticket"):
        told = audience.tellings_of(event).telling("worker")
        assert told is None or not any(secret in told.words for secret in SECRETS)


def test_a_ticked_contact_is_seen_by_the_body_and_goes_with_the_ticket_on_its_return(phone, cast, dispatched) -> None:
    address, wu = dispatched(send_contact="1")
    assert set(secrets_in(wu, address)) >= {SAID, "张伟民", "138****5678"}
    wu.get(address)
    assert PHONE in wu.post(f"{address}/contact").text
    assert wu.post(f"{address}/moves/return", note="不归我们").status_code == 303
    assert not ticket_at(address).contact_sent
    assert "联系方式一起给了" in phone().sign_in("shen").get(f"{address}/record").text


def test_the_page_that_dispatches_says_what_the_body_will_see_and_warns_when_it_is_named(phone, cast) -> None:
    for words, warned in (("绿叶物业的人三天没来修灯", True), ("物业不管事", True), (WORDS, False)):
        address, gao = phone().report(cast.codes["5号楼"], words=words, contact_phone=PHONE), phone().sign_in("gao")
        gao.get(address)
        gao.post(f"{address}/moves/accept")
        page = gao.get(address).text
        form = page[page.index('id="move-dispatch"') : page.index("</details>", page.index('id="move-dispatch"'))]
        assert ("居民的话里说到了" in form and "绿叶物业" in form.split("fieldset")[1]) == warned
        assert 'name="send_contact"' in form and "checked" not in form
        assert SAID not in form and (warned or "501漏水，我叫（姓名）" in form)


def test_it_can_be_sent_later_and_taken_back_with_a_reason_the_reporter_reads(phone, cast, dispatched) -> None:
    address, wu = dispatched()
    shen = phone().sign_in("shen")
    assert "看不到居民的联系方式" in shen.get(address).text
    assert shen.post(f"{address}/contact/body", send="1").status_code == 422
    assert shen.post(f"{address}/contact/body", send="1", reason="约上门时间").status_code == 303
    assert wu.post(f"{address}/contact").status_code == 200
    shen.get(address)
    assert shen.post(f"{address}/contact/body", send="", reason="约好了").status_code == 303
    assert wu.post(f"{address}/contact").status_code == 403
    verbs = [event.verb for event in db.session.query(Event).filter_by(noun="ticket").order_by(Event.id)]
    assert verbs[-3:] == ["contact_send", "contact", "contact_keep"]


@pytest.mark.parametrize(
    ("name", "words", "named"),
    [
        ("绿叶物业", "绿叶不来", True),
        ("绿叶物业（示例）", "物业不来", True),
        ("顺达电梯维保（示例）", "顺达修了三次", True),
        ("北京绿叶物业管理有限公司", "北京绿叶的保安骂人", True),
        ("市政园林处", "园林的人砍了树", True),
        ("绿叶物业", "灯不亮", False),
        ("顺达电梯维保", "电梯坏了", False),
    ],
)
def test_a_body_is_named_by_its_name_or_its_trade(name, words, named) -> None:
    assert is_named(name, words) is named

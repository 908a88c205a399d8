"""Run in a copy of the program to which the errands of test_how_to_add.py were added: do they work?"""

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from governance.core.db import db, find_by
from governance.relay.channels import for_groups
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.tickets.model import Ticket
from tests.app import Used
from tests.cast import Cast
from tests.phone import Phone

SENTENCE, NEXT, PAST, BUTTON = "请懂行的人来看看要怎么办", "看完就告诉您办不办", "送去评估了", "送评估"
TOLD = "“路灯照明”要先请人评估"


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to send one mail."""

    def handle(self) -> None:
        self._say(220)
        while line := self.rfile.readline().strip():
            command = line[:4].upper()
            if command == b"DATA":
                self._say(354)
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))  # type: ignore[attr-defined]
            self._say(221 if command == b"QUIT" else 250)

    def _say(self, code: int) -> None:
        self.wfile.write(b"%d ok\r\n" % code)


@pytest.fixture
def mail_server() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.mails = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def world(sqlite_used: Used) -> Iterator[tuple[object, Cast]]:
    with sqlite_used.once() as made:
        yield made


def state_of(address: str) -> str:
    db.session.rollback()
    ticket = find_by(Ticket, ref=address.rpartition("/")[2])
    assert ticket is not None
    return ticket.state


def test_the_new_state_and_move_are_there_from_the_button_to_the_mailing_list(app, cast, phone, mail_server) -> None:
    server = f"127.0.0.1:{mail_server.server_address[1]}"
    bound = {"to": "yinxing@lists.example", "server": server}
    binding.add(cast.viewer("du"), "how_to_list", "residents", "银杏邮件组", bound, [cast.place("银杏社区")])
    address, mine, gao = *_reported(phone, cast), phone().sign_in("gao")
    assert BUTTON in gao.get(address).get_data(as_text=True)
    assert gao.post(f"{address}/moves/ponder", note="请电工来看").status_code == 303
    assert state_of(address) == "to_assess"
    page = mine.get(address).get_data(as_text=True)
    assert all(words in page for words in (SENTENCE, NEXT, PAST, ">待评估</span>", "请电工来看"))
    assert PAST in phone().sign_in("shen").get(f"{address}/record").get_data(as_text=True)
    while expand():
        pass
    while deliver(app):
        pass
    (mail,) = [message_from_bytes(raw, policy=policy.default) for raw in mail_server.mails]
    assert mail["to"] == "yinxing@lists.example" and TOLD in mail.get_content()
    assert gao.post(f"{address}/moves/accept").status_code == 303
    assert state_of(address) == "accepted"


def _reported(phone, cast: Cast) -> tuple[str, Phone]:  # type: ignore[no-untyped-def]
    mine = phone()
    return mine.report(cast.codes["5号楼"], category="light"), mine


def test_a_move_is_refused_where_the_new_rows_do_not_lead(cast, phone) -> None:
    (address, mine), gao = _reported(phone, cast), phone().sign_in("gao")
    mine.get(address)
    assert mine.post(f"{address}/moves/ponder").status_code == 403
    gao.get(address)
    gao.post(f"{address}/moves/accept")
    assert gao.post(f"{address}/moves/ponder").status_code == 409


def test_the_new_channel_is_offered_where_groups_are_kept(cast, phone) -> None:
    assert "how_to_list" in for_groups()
    shen = phone().sign_in("shen")
    assert "邮件列表" in shen.get("/keep/groups").get_data(as_text=True)
    assert "列表的地址" in shen.get("/keep/groups/new/how_to_list").get_data(as_text=True)

"""A small loopback WeChat and WeCom: tokens, sign-in, tickets, codes and messages, with the faults networks have.

`script[path]` is a list of faults for the next calls of that path, `always[path]` one for every call: a status, an
errcode, or reset (before anything is done), lost (done, then reset), hang, drip, html, truncated.
"""

import json
import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.peers.loopback import Handler, Peer

APP_ID, APP_SECRET = "wx00000000000000aa", "the-account's-secret"
CORP_ID, AGENT_ID, WORK_SECRET, CONTACT_SECRET = "ww00000000000000aa", "1000002", "the-app's-secret", "contact's-secret"
STABLE, WORK_TOKEN, TICKET = "/cgi-bin/stable_token", "/cgi-bin/gettoken", "/cgi-bin/ticket/getticket"
OPENID, USERID = "/sns/oauth2/access_token", "/cgi-bin/auth/getuserinfo"
AUTHORIZE = "/connect/oauth2/authorize"
TEMPLATE, MESSAGE = "/cgi-bin/message/template/send", "/cgi-bin/message/send"
CODE, MEDIA, CUSTOM = "/cgi-bin/qrcode/create", "/cgi-bin/media/get", "/cgi-bin/message/custom/send"
MASS = "/cgi-bin/externalcontact/"
STATUSES = ("404", "429", "500", "503")
Query = dict[str, str]


@dataclass(frozen=True)
class Call:
    path: str
    query: Query
    body: dict[str, Any]
    fault: str


@dataclass
class Task:
    """What an owner of customer groups is to send; `results` by chat id once they pressed 发送: 1 sent, 3 full."""

    owner: str
    chats: list[str]
    words: str
    reminded: int = 0
    cancelled: bool = False
    results: dict[str, int] = field(default_factory=dict)


class _Handler(Handler):
    kind = "text/plain"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == AUTHORIZE:
            self._send_back(dict(parse_qsl(asked.query)))
        else:
            self._serve({})

    def _send_back(self, query: Query) -> None:
        """The browser of whoever holds the phone goes back with a code."""
        self.send_response(302)
        back = f"{query['redirect_uri']}&code={self.peer.code(self.peer.holder)}&state={query['state']}"
        self.send_header("Location", back)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.body()
        multipart = (self.headers["Content-Type"] or "").startswith("multipart/")
        self._serve({"bytes": len(body)} if multipart else json.loads(body))

    def _serve(self, body: dict[str, Any]) -> None:
        wechat, asked = self.peer, urlsplit(self.path)
        fault = wechat.fault(asked.path)
        call = Call(asked.path, dict(parse_qsl(asked.query)), body, fault)
        with wechat.lock:
            wechat.calls.append(call)
        time.sleep(wechat.slow)
        kept = wechat.files.get(call.query.get("media_id", ""))
        if asked.path == MEDIA and kept is not None and not fault:
            self.write(200, kept, kind="image/jpeg")
            return
        said = self._said(call, fault)
        if said is not None:
            self.write(200, json.dumps(said).encode())

    def _said(self, call: Call, fault: str) -> dict[str, Any] | None:
        """The answer, unless a fault keeps it back."""
        if fault.lstrip("-").isdigit() and fault not in STATUSES:
            return {"errcode": int(fault), "errmsg": "refused, hint: [1]"}
        if fault in ("", "lost"):
            said = self.peer.answer(call)
            if not said.get("errcode"):
                self.peer.done.append(call)
            return said if not fault else self.reset()
        if fault in STATUSES:
            return self.write(int(fault), b"busy")
        getattr(self, fault)()
        return None

    def drip(self) -> None:
        """A byte now and then, for longer than anybody should wait."""
        self.close_connection = True
        self.write(200, b"{", length=1000)
        while not self.peer.release.wait(0.3):
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def html(self) -> None:
        self.write(200, "<html>系统维护</html>".encode())


@dataclass
class WeChat(Peer):
    """`with WeChat() as wechat`: `calls` is what arrived, `done` what was really carried out."""

    handler = _Handler
    ttl: int = 7200
    scripted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    done: list[Call] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # sign-in code: an openid or userid; "" when it was used
    files: dict[str, bytes] = field(default_factory=dict)  # by media id
    owners: dict[str, str] = field(default_factory=dict)  # of customer groups, by chat id
    names: dict[str, str] = field(default_factory=dict)  # of customer groups, by chat id
    tasks: dict[str, "Task"] = field(default_factory=dict)  # of customer groups' owners, by msgid
    page: int = 500  # rows of a task's result, or of the customer groups, at once
    holder: str = ""  # the openid of whoever holds the phone that comes to sign in
    snapshot: bool = False
    slow: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def code(self, who: str) -> str:
        """Somebody agreed to be recognised: the code their browser brings us."""
        code = secrets.token_hex(16)
        self.codes[code] = who
        return code

    def press(self, *full: str) -> None:
        """Every owner presses 发送 for what is not cancelled; these groups are over their quota."""
        for task in self.tasks.values():
            if not task.cancelled and not task.results:
                task.results = {chat: 3 if chat in full else 1 for chat in task.chats}

    def times(self, path: str) -> int:
        return sum(call.path == path for call in self.calls)

    def fault(self, path: str) -> str:
        with self.lock:
            waiting = self.scripted[path]
            return waiting.pop(0) if waiting else self.always.get(path, "")

    # The answers, by path.

    def answer(self, call: Call) -> dict[str, Any]:
        if call.path == STABLE:
            right = (call.body.get("appid"), call.body.get("secret")) == (APP_ID, APP_SECRET)
            return self._token() if right else {"errcode": 40125, "errmsg": "invalid appsecret"}
        if call.path == WORK_TOKEN:
            secrets_ = (WORK_SECRET, CONTACT_SECRET)
            right = call.query.get("corpid") == CORP_ID and call.query.get("corpsecret") in secrets_
            return {"errcode": 0, **self._token()} if right else {"errcode": 40001, "errmsg": "invalid credential"}
        if call.path == OPENID:
            return self._openid(call.query)
        if self.tokens.get(call.query.get("access_token", ""), 0.0) < time.time():
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        return self._signed_for(call)

    def _signed_for(self, call: Call) -> dict[str, Any]:
        ok = {"errcode": 0, "errmsg": "ok"}
        if call.path == TICKET:
            return ok | {"ticket": f"ticket-{self.times(TICKET)}", "expires_in": self.ttl}
        if call.path == USERID:
            who = self._whose(call.query.get("code", ""))
            return ok | {"userid": who} if who else {"errcode": 40029, "errmsg": "invalid code"}
        if call.path == CODE:
            scene = call.body["action_info"]["scene"]["scene_str"]
            return {"ticket": "gQ-ticket", "url": f"http://weixin.qq.com/q/{quote(scene, safe='')}"}
        if call.path == f"{MASS}add_msg_template":
            return self._given(call.body)
        if call.path.startswith(f"{MASS}groupchat/"):
            return self._chats(call.body) if call.path.endswith("/list") else self._chat(call.body["chat_id"])
        if call.path.startswith(MASS):
            task = self.tasks.get(call.body["msgid"])
            return self._of_task(task, call) if task else {"errcode": 41047, "errmsg": "invalid msgid"}
        if call.path == MEDIA:
            return {"errcode": 40007, "errmsg": "invalid media_id"}
        return ok | {"msgid": len(self.done)}

    def _chats(self, body: dict[str, Any]) -> dict[str, Any]:
        """Customer groups by their ids, at most `limit` at once; the cursor means nothing to who asks."""
        if not 1 <= body["limit"] <= 1000:
            return {"errcode": 40058, "errmsg": "invalid limit"}
        chats, first = sorted(self.owners), int(body.get("cursor", "c0").removeprefix("c"))
        last = first + min(body["limit"], self.page)
        rows = [{"chat_id": chat, "status": 0} for chat in chats[first:last]]
        after = f"c{last}" if last < len(chats) else ""
        return {"errcode": 0, "errmsg": "ok", "group_chat_list": rows, "next_cursor": after}

    def _chat(self, chat: str) -> dict[str, Any]:
        if chat not in self.owners:
            return {"errcode": 86003, "errmsg": "chat id not exist"}
        told = {"chat_id": chat, "name": self.names.get(chat, ""), "owner": self.owners[chat]}
        return {"errcode": 0, "errmsg": "ok", "group_chat": told}

    def _given(self, body: dict[str, Any]) -> dict[str, Any]:
        chats = [chat for chat in body["chat_id_list"] if self.owners.get(chat) == body["sender"]]
        if not chats:
            return {"errcode": 41048, "errmsg": "no customer to send"}
        with self.lock:
            msgid = f"msg-{len(self.tasks) + 1}"
            self.tasks[msgid] = Task(body["sender"], chats, body["text"]["content"])
        left = [chat for chat in body["chat_id_list"] if chat not in chats]
        return {"errcode": 0, "errmsg": "ok", "fail_list": left, "msgid": msgid}

    def _of_task(self, task: Task, call: Call) -> dict[str, Any]:
        ok, deed = {"errcode": 0, "errmsg": "ok"}, call.path.removeprefix(MASS)
        if deed == "get_groupmsg_task":
            return ok | {"task_list": [{"userid": task.owner, "status": 2 if task.results else 0}]}
        if deed == "get_groupmsg_send_result":
            first = int(call.body.get("cursor", 0))
            rows = [{"chat_id": chat, "userid": task.owner, "status": code} for chat, code in task.results.items()]
            after = str(first + self.page) if first + self.page < len(rows) else ""
            return ok | {"send_list": rows[first : first + self.page], "next_cursor": after}
        if deed == "cancel_groupmsg_send":
            if task.results or task.cancelled:
                return {"errcode": 41093, "errmsg": "cannot be cancelled"}
            task.cancelled = True
            return ok
        if task.reminded == 3:
            return {"errcode": 41094, "errmsg": "remind out of limit"}
        task.reminded += 1
        return ok

    def _token(self) -> dict[str, Any]:
        token = secrets.token_urlsafe(384)  # 512 characters
        self.tokens[token] = time.time() + self.ttl
        return {"access_token": token, "expires_in": self.ttl}

    def _whose(self, code: str) -> str:
        with self.lock:
            who, self.codes[code] = self.codes.get(code, ""), ""
        return who

    def _openid(self, query: Query) -> dict[str, Any]:
        if (query.get("appid"), query.get("secret")) != (APP_ID, APP_SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        used = query.get("code") in self.codes
        who = self._whose(query.get("code", ""))
        if not who:
            return {"errcode": 40163 if used else 40029, "errmsg": "code been used"}
        found = {"access_token": "a", "refresh_token": "r", "expires_in": 7200, "openid": who, "scope": "snsapi_base"}
        return found | ({"is_snapshotuser": 1} if self.snapshot else {})

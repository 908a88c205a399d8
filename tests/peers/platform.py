"""WeChat and WeCom calling us: messages and events sealed and signed as the platforms do it.

The sealing is wechatpy's, so that it is not our own code that says whether ours is right; and one may spoil each part.
"""

import hashlib
import itertools
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree  # noqa: S405 - reads only what our own application answers

from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.crypto.base import WeChatCipher

APP_ID, CORP_ID = "wx0123456789abcdef", "ww0123456789abcdef"
TOKEN, AES_KEY = "a-callback-token", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
NUMBERS = itertools.count(1)


def cdata(name: str, text: str) -> str:
    return f"<{name}><![CDATA[{text}]]></{name}>"


@dataclass
class Call:
    """One request: its query and its body."""

    query: dict[str, str]
    body: bytes = b""

    def with_(self, **query: str) -> "Call":
        return Call({**self.query, **query}, self.body)


@dataclass
class Platform:
    """One side; `receive_id` is empty for a robot. `spoil` changes the plain bytes before they are enciphered."""

    receive_id: str = APP_ID
    token: str = TOKEN
    aes_key: str = AES_KEY
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.token, self.aes_key, self.receive_id)

    def sealed(self, plain: str, receive_id: str | None = None) -> str:
        crypto = self.crypto
        return PrpCrypto(crypto.key).encrypt(plain, self.receive_id if receive_id is None else receive_id).decode()

    def enciphered(self, raw: bytes) -> bytes:
        """Bytes as they are, a multiple of 16."""
        return bytes(WeChatCipher(self.crypto.key).encrypt(raw))

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def signed(self, sealed: str, at: float | None = None) -> dict[str, str]:
        moment, nonce = str(int(time.time() if at is None else at)), str(self.chance.randrange(10**9))
        return {"msg_signature": self.sign(moment, nonce, sealed), "timestamp": moment, "nonce": nonce}

    def call(self, plain: str, at: float | None = None) -> Call:
        """A message in the encrypted mode, of XML or (for a robot) JSON."""
        return self.carrying(self.sealed(plain), at)

    def carrying(self, sealed: str, at: float | None = None) -> Call:
        query = self.signed(sealed, at)
        if not self.receive_id:
            return Call(query, json.dumps({"encrypt": sealed}).encode())
        body = f"<xml>{cdata('ToUserName', 'gh_1')}{cdata('Encrypt', sealed)}</xml>"
        return Call({**query, "encrypt_type": "aes"}, body.encode())

    def read(self, answer: str) -> dict[str, str]:
        """What a sealed passive answer of an official account says: the text of each element that has any."""
        outer = ElementTree.fromstring(answer)  # noqa: S314 - our own application's answer
        sealed, signature, moment, nonce = (
            outer.findtext(name) or "" for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        )
        assert signature == self.sign(moment, nonce, sealed)
        plain = PrpCrypto(self.crypto.key).decrypt(sealed, self.receive_id)
        return {one.tag: one.text or "" for one in ElementTree.fromstring(plain).iter()}  # noqa: S314 - as above

    def open(self, answer: dict[str, Any]) -> dict[str, Any]:
        """What a sealed answer says, if it is one."""
        sealed = answer["encrypt"]
        assert answer["msgsignature"] == self.sign(str(answer["timestamp"]), answer["nonce"], sealed)
        found: dict[str, Any] = json.loads(PrpCrypto(self.crypto.key).decrypt(sealed, self.receive_id))
        return found


def text(words: str, sender: str = "o-resident-1", number: int | None = None) -> str:
    return message("text", cdata("Content", words), sender, number)


def image(media_id: str, sender: str = "o-resident-1", number: int | None = None) -> str:
    return message("image", cdata("PicUrl", "http://example.org/") + cdata("MediaId", media_id), sender, number)


def message(kind: str, inside: str, sender: str, number: int | None = None) -> str:
    head = cdata("ToUserName", "gh_1") + cdata("FromUserName", sender) + f"<CreateTime>{int(time.time())}</CreateTime>"
    mark = f"<MsgId>{next(NUMBERS) + 10**15 if number is None else number}</MsgId>"
    return f"<xml>{head}{cdata('MsgType', kind)}{inside}{mark}</xml>"


def event(name: str, key: str = "", sender: str = "o-resident-1", at: int | None = None) -> str:
    head = cdata("ToUserName", "gh_1") + cdata("FromUserName", sender)
    when = f"<CreateTime>{int(time.time()) if at is None else at}</CreateTime>"
    return f"<xml>{head}{when}{cdata('MsgType', 'event')}{cdata('Event', name)}{cdata('EventKey', key)}</xml>"


def chosen(name: str, choices: list[tuple[str, str]], sender: str = "o-resident-1") -> str:
    """What somebody chose of the notices: each template's number with `accept` or `reject`."""
    head = cdata("ToUserName", "gh_1") + cdata("FromUserName", sender) + f"<CreateTime>{int(time.time())}</CreateTime>"
    items = (
        f"<List>{cdata('TemplateId', id_)}{cdata('SubscribeStatusString', choice)}<PopupScene>1</PopupScene></List>"
        for id_, choice in choices
    )
    inside = "".join(part.title() for part in name.split("_"))
    return f"<xml>{head}{cdata('MsgType', 'event')}{cdata('Event', name)}<{inside}>{''.join(items)}</{inside}></xml>"


def said(words: str = "", chat: str = "chat-5", sender: str = "worker-1", **more: Any) -> str:
    """What a member says to a robot."""
    body: dict[str, Any] = {"msgid": f"robot-{next(NUMBERS)}", "aibotid": "b1", "from": {"userid": sender}}
    body |= {"chattype": "group", "chatid": chat} if chat else {"chattype": "single"}
    return json.dumps(body | {"msgtype": "text", "text": {"content": words}} | more, ensure_ascii=False)

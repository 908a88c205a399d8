"""Answers in the response to a callback of the official account (被动回复): text or a card (图文).

The shapes are those of developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html; an
event may be answered with one card. In safe mode they are encrypted, like what they answer.
"""

import time
from dataclasses import dataclass

from governance.wechat.envelope import Envelope


@dataclass(frozen=True)
class Card:
    """A title, a few words, the address behind it, and the address of a picture (JPG or PNG)."""

    title: str
    words: str
    url: str
    picture: str


def reply_xml(to: str, by: str, said: Card | str) -> str:
    """The XML of the answer; `to` is the user, `by` the account."""
    head = _cdata("ToUserName", to) + _cdata("FromUserName", by) + f"<CreateTime>{int(time.time())}</CreateTime>"
    if isinstance(said, str):
        return f"<xml>{head}{_cdata('MsgType', 'text')}{_cdata('Content', said)}</xml>"
    named = {"Title": said.title, "Description": said.words, "PicUrl": said.picture, "Url": said.url}
    item = "".join(_cdata(name, text) for name, text in named.items())
    kind = f"{_cdata('MsgType', 'news')}<ArticleCount>1</ArticleCount>"
    return f"<xml>{head}{kind}<Articles><item>{item}</item></Articles></xml>"


def sealed(envelope: Envelope, xml: str, nonce: str) -> str:
    encrypted, signature, moment = envelope.seal(xml, nonce)
    parts = _cdata("Encrypt", encrypted) + _cdata("MsgSignature", signature)
    return f"<xml>{parts}<TimeStamp>{moment}</TimeStamp>{_cdata('Nonce', nonce)}</xml>"


def _cdata(name: str, text: str) -> str:
    return f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"

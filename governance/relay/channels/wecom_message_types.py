"""The kinds of message a WeCom group robot takes, within the limits that it enforces: text, markdown, news, image.

Limits are bytes of UTF-8 (developer.work.weixin.qq.com/document/path/91770). What does not fit is cut between lines
where it can be, never inside a character; a picture that is too big is not made at all.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from governance.relay.messages.text import cut

TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
MOST_CARDS, TITLE_BYTES, ABOUT_BYTES = 8, 128, 512
IMAGE_BYTES = 2 << 20
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
# Whatever could begin a link, a mention, a heading, a quote or an emphasis; our own formatting is put around it.
LITERAL = str.maketrans(r"\`*_#<>[]()~|!@&", "＼｀＊＿＃＜＞［］（）～｜！＠＆")

Body = dict[str, Any]


def text(words: str) -> Body:
    """Plain words: nothing in them is clickable but an address that stands there in full."""
    return {"msgtype": "text", "text": {"content": cut(words, TEXT_BYTES)}}


def markdown(matters: Sequence[tuple[str, Sequence[str], str]], sign: str) -> Body | None:
    """Several matters, each a head, lines and a link; nothing when that is too long."""
    blocks = ["\n".join(_block(*matter)) for matter in matters]
    content = "\n\n".join([*blocks, f'<font color="comment">{literal(sign)}</font>'])
    if len(content.encode()) > MARKDOWN_BYTES:
        return None
    return {"msgtype": "markdown", "markdown": {"content": content}}


def _block(head: str, lines: Sequence[str], link: str) -> list[str]:
    said = [f"> {literal(line)}" for line in lines]
    return [f"**{literal(head)}**", *said, *([f"[点开看]({link})"] if link else [])]


def literal(words: str) -> str:
    """Words that markdown can make nothing of."""
    return " ".join(words.translate(LITERAL).split())


def news(cards: Sequence[tuple[str, str, str, str]]) -> Body:
    """Cards of a title, a short text, where they lead and the address of a picture, or none."""
    return {"msgtype": "news", "news": {"articles": [_card(*card) for card in cards[:MOST_CARDS]]}}


def _card(title: str, about: str, link: str, picture: str) -> Body:
    shown = {"title": cut(title, TITLE_BYTES), "description": cut(about, ABOUT_BYTES), "url": link}
    return shown | ({"picurl": picture} if picture else {})


def image(data: bytes) -> Body | None:
    """A JPG or PNG itself; nothing when WeCom would not take it."""
    if len(data) > IMAGE_BYTES or not data.startswith(MAGIC):
        return None
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(data).decode(), "md5": digest}}

"""The message types of a WeCom group robot, within its limits: text, markdown, news, image.

Limits are bytes of UTF-8 (developer.work.weixin.qq.com/document/path/91770). Text is cut between lines where possible,
never inside a character. An image that is too large is not made.
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
# Characters that could begin a link, mention, heading, quote or emphasis; our own formatting is added outside.
LITERAL = str.maketrans(r"\`*_#<>[]()~|!@&", "＼｀＊＿＃＜＞［］（）～｜！＠＆")

Body = dict[str, Any]


def text(words: str) -> Body:
    """Plain text. Only complete addresses are clickable."""
    return {"msgtype": "text", "text": {"content": cut(words, TEXT_BYTES)}}


def markdown(matters: Sequence[tuple[str, Sequence[str], str]], sign: str) -> Body | None:
    """Several matters, each with a head, lines and a link; None when it is too long."""
    blocks = ["\n".join(_block(*matter)) for matter in matters]
    content = "\n\n".join([*blocks, f'<font color="comment">{literal(sign)}</font>'])
    if len(content.encode()) > MARKDOWN_BYTES:
        return None
    return {"msgtype": "markdown", "markdown": {"content": content}}


def _block(head: str, lines: Sequence[str], link: str) -> list[str]:
    said = [f"> {literal(line)}" for line in lines]
    return [f"**{literal(head)}**", *said, *([f"[点开看]({link})"] if link else [])]


def literal(words: str) -> str:
    """Words without characters that markdown interprets."""
    return " ".join(words.translate(LITERAL).split())


def news(cards: Sequence[tuple[str, str, str, str]]) -> Body:
    """Cards with a title, a text, a link and the address of a picture, which may be empty."""
    return {"msgtype": "news", "news": {"articles": [_card(*card) for card in cards[:MOST_CARDS]]}}


def _card(title: str, about: str, link: str, picture: str) -> Body:
    shown = {"title": cut(title, TITLE_BYTES), "description": cut(about, ABOUT_BYTES), "url": link}
    return shown | ({"picurl": picture} if picture else {})


def image(data: bytes) -> Body | None:
    """A JPG or PNG; None when WeCom would refuse it."""
    if len(data) > IMAGE_BYTES or not data.startswith(MAGIC):
        return None
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(data).decode(), "md5": digest}}

"""One message or event from WeChat or WeCom, whatever channel it came by: who, what, where, and its idempotency key.

Messages are told apart by their id, events by who, when and what (developer.work.weixin.qq.com/document/path/90238,
/90240; for robots /100719).
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from governance.wechat.envelope import Unreadable
from governance.wechat.parsing import json_object, text_in, xml, xml_items

TEXT, PHOTO, SCAN, ENTER, LEAVE, POLL = "text", "photo", "scan", "enter", "leave", "poll"
ACCEPT, REJECT = "accept", "reject"  # of notices, by the templates' numbers
STRANGE, OTHER = "strange", "other"  # said by somebody in a way we cannot read; nothing anybody said
LONGEST_TEXT, LONGEST_NAME, MOST_PHOTOS = 2000, 128, 6
FOLLOWED = "qrscene_"  # what the scene begins with when scanning made somebody a follower


@dataclass(frozen=True)
class Photo:
    """Where a photo is: a media id at the platform, or an address, perhaps with a key."""

    media_id: str = ""
    url: str = ""
    aes_key: str = ""


@dataclass(frozen=True)
class Incoming:
    """`key` is the same for the same thing sent again; `chat` names the group, and is empty where there is none."""

    kind: str
    sender: str
    key: str
    text: str = ""
    chat: str = ""
    scene: str = ""
    photos: tuple[Photo, ...] = ()
    answer_to: str = ""  # where a robot's answer may be sent, once and within the hour
    asked: str = ""  # the request a long connection's answer belongs to
    quote: str = ""  # the words of the message it points at
    templates: tuple[str, ...] = ()  # the notices that somebody accepts, or wants no more

    @property
    def conversation(self) -> str:
        """The group it was said in, or the person in a private chat."""
        return self.chat or self.sender

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, kept: dict[str, Any]) -> "Incoming":
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        photos = tuple(Photo(**one) for one in kept.get("photos", ()))
        return cls(**known | {"photos": photos, "templates": tuple(kept.get("templates", ()))})


def from_xml(body: bytes | str) -> Incoming:
    """A message or event of an official account or a WeCom app. Raises Unreadable."""
    given = xml(body)
    sender, kind = given.get("FromUserName", ""), given.get("MsgType", "")
    if not 0 < len(sender) <= LONGEST_NAME or not kind or not given.get("CreateTime", "").isdecimal():
        raise Unreadable
    if kind == "event":
        if given.get("Event", "").lower() in _CHOICES:
            return _choice(given, sender, xml_items(body))
        return _event(given, sender)
    key = f"m:{given['MsgId']}" if given.get("MsgId") else f"t:{sender}:{given['CreateTime']}:{kind}"
    text = given.get("Content") or given.get("Recognition") or ""
    if kind in ("text", "voice") and text:
        return Incoming(TEXT, sender, key, text=text[:LONGEST_TEXT])
    if kind == "image" and given.get("MediaId"):
        return Incoming(PHOTO, sender, key, photos=(Photo(media_id=given["MediaId"][:LONGEST_NAME]),))
    return Incoming(STRANGE, sender, key)


_EVENTS = {"subscribe": ENTER, "scan": SCAN, "unsubscribe": LEAVE}


def _event(given: dict[str, str], sender: str) -> Incoming:
    name, scene = given.get("Event", "").lower(), given.get("EventKey", "")
    key = f"e:{sender}:{given['CreateTime']}:{name}:{scene}"
    kind = _EVENTS.get(name, OTHER)
    if kind == ENTER and scene.startswith(FOLLOWED):
        kind, scene = SCAN, scene.removeprefix(FOLLOWED)
    return Incoming(kind, sender, key, scene=scene[:64] if kind == SCAN else "")


# What somebody chose in WeChat's own window, and later on its page of notices, where they can only refuse
# (developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html).
_CHOICES = {"subscribe_msg_popup_event": ACCEPT, "subscribe_msg_change_event": REJECT}
MOST_TEMPLATES = 10


def _choice(given: dict[str, str], sender: str, items: list[dict[str, str]]) -> Incoming:
    name = given["Event"].lower()
    chosen = [item.get("TemplateId", "") for item in items if item.get("SubscribeStatusString") == _CHOICES[name]]
    templates = tuple(one[:LONGEST_NAME] for one in chosen[:MOST_TEMPLATES] if one)
    kind = _CHOICES[name] if templates else OTHER
    return Incoming(kind, sender, f"e:{sender}:{given['CreateTime']}:{name}", templates=templates)


def from_json(body: bytes | str) -> Incoming:
    """A message or event of an intelligent robot. Raises Unreadable."""
    return of_robot(json_object(body))


def of_robot(given: dict[str, Any], asked: str = "") -> Incoming:
    """The same from a parsed object, such as over the long connection. Raises Unreadable."""
    kind, key = text_in(given, "msgtype"), text_in(given, "msgid")
    if kind == "stream":
        return Incoming(POLL, "", text_in(given, "stream", "id"))
    sender = text_in(given, "from", "userid")
    if not 0 < len(sender) <= LONGEST_NAME or not 0 < len(key) <= LONGEST_NAME:
        raise Unreadable
    chat = text_in(given, "chatid") if text_in(given, "chattype") != "single" else ""
    said = Incoming(OTHER, sender, f"m:{key}", chat=chat[:LONGEST_NAME], asked=asked)
    said = replace(said, answer_to=text_in(given, "response_url")[:500])
    if kind == "event":
        entered = text_in(given, "event", "eventtype") == "enter_chat"
        return replace(said, kind=ENTER if entered else OTHER)
    text, photos = _robot_words(given, kind)
    found = TEXT if text else PHOTO if photos else STRANGE
    said = replace(said, kind=found, text=text[:LONGEST_TEXT], photos=photos[:MOST_PHOTOS])
    pointed_at = given.get("quote")
    if not isinstance(pointed_at, dict):
        return said
    quote, _ = _robot_words(pointed_at, text_in(pointed_at, "msgtype"))
    return replace(said, quote=quote[:LONGEST_TEXT])


def _robot_words(given: dict[str, Any], kind: str) -> tuple[str, tuple[Photo, ...]]:
    items = [given]
    if kind == "mixed":
        mixed = given.get("mixed")
        listed = mixed.get("msg_item") if isinstance(mixed, dict) else None
        items = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    texts = [text_in(one, "text", "content") or text_in(one, "voice", "content") for one in items]
    urls = [(text_in(one, "image", "url"), text_in(one, "image", "aeskey")) for one in items]
    photos = tuple(Photo(url=url[:1000], aes_key=key[:64]) for url, key in urls if url)
    return " ".join(text for text in texts if text).strip(), photos

"""Bounded parsing of XML and JSON from outside: no entities, no document types, text only."""

import json
from typing import Any
from xml.parsers import expat  # noqa: S407 - document types are refused below

from governance.wechat.envelope import LARGEST, Unreadable, utf8

DEEPEST = 12


def xml(body: bytes | str) -> dict[str, str]:
    """The texts directly inside `<xml>…</xml>`, by name. Raises Unreadable for anything else."""
    return _joined(_read(body).found)


def xml_items(body: bytes | str) -> list[dict[str, str]]:
    """The texts of each item of a list such as `<xml><…><List>…</List><List>…</List></…></xml>`."""
    return [_joined(item) for item in _read(body).items]


def _joined(found: dict[str, list[str]]) -> dict[str, str]:
    return {name: "".join(parts).strip() for name, parts in found.items()}


def _read(body: bytes | str) -> "_Fields":
    fields = _Fields()
    try:
        fields.parser.Parse(_bounded(body), True)
    except (expat.ExpatError, ValueError) as trouble:
        raise Unreadable from trouble
    if fields.root != "xml":
        raise Unreadable
    return fields


class _Fields:
    """Collects elements one level deep, and in lists. It refuses document types, and with them entities."""

    def __init__(self) -> None:
        self.root, self.found, self.items = "", dict[str, list[str]](), list[dict[str, list[str]]]()
        self.path: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler, self.parser.StartDoctypeDeclHandler = self._text, self._refuse

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        self.path.append(name)
        if len(self.path) > DEEPEST:
            raise Unreadable
        self.root = self.root or name
        if len(self.path) == 3:
            self.items.append({})

    def _end(self, _name: str) -> None:
        self.path.pop()

    def _text(self, text: str) -> None:
        if len(self.path) == 2:
            self.found.setdefault(self.path[1], []).append(text)
        elif len(self.path) == 4:
            self.items[-1].setdefault(self.path[3], []).append(text)

    def _refuse(self, *_: object) -> None:
        raise Unreadable


def json_object(body: bytes | str) -> dict[str, Any]:
    """A JSON object of bounded depth whose texts any database can store. Raises Unreadable."""
    text = _bounded(body)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as trouble:
        raise Unreadable from trouble
    if not isinstance(found, dict):
        raise Unreadable
    return {str(name): _kept(value, DEEPEST) for name, value in found.items()}


def _bounded(body: bytes | str) -> str:
    if len(body) > LARGEST:
        raise Unreadable
    return body if isinstance(body, str) else utf8(body)


def _kept(value: Any, left: int) -> Any:
    if left == 0:
        raise Unreadable
    if isinstance(value, dict):
        return {storable(name): _kept(one, left - 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_kept(one, left - 1) for one in value]
    return storable(value) if isinstance(value, str) else value


def storable(text: str) -> str:
    """The text without null characters and lone surrogates."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def text_in(found: Any, *path: str) -> str:
    """The text at this path; empty when there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""

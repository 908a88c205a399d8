"""Reads the table of expected answers and asks the application for each of them."""

import re
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from governance.core.db import db
from governance.core.events import Event
from tests.app import forget_limits
from tests.cast import Cast
from tests.connected import connect
from tests.people.access import audiences
from tests.people.access.kept_makers import BOT_KEY
from tests.people.access.makers import Makers

TABLE = Path(__file__).with_name("expected_answers.txt")
WHOSE = ("own", "foreign", "missing")
MEANS = {200: "o", 201: "c", 302: "w", 303: "t", 401: "s", 403: "f", 404: ".", 409: "r", 422: "u"}
KNOWN = "know:"
NO_SECRET = {"unchecked", "hidden"}  # the thing around it is public: that there is something is no secret
CHANGED = "tc"
SAFE = ("GET", "HEAD", "OPTIONS")
ADDRESSES = {  # where the address of a line says more than its rule
    "GET / typed": "/?code=<code>",
    "GET /c/<code> resident": "/c/<code>?view=resident",
    "GET /t/<ref> key": "/t/<ref>?k=<k>",
    "GET /t/<ref> key private": "/t/<ref>?k=<k>",
    "GET /keep/places inside": "/keep/places?under=<place_id>",
    "GET /keep/people/new at": "/keep/people/new?at=<place_id>",
}


@dataclass(frozen=True)
class Line:
    method: str
    rule: str
    variant: tuple[str, ...]
    cells: dict[str, str]

    def __str__(self) -> str:
        return " ".join((self.method, self.rule, *self.variant))

    @property
    def address(self) -> str:
        return ADDRESSES.get(str(self), self.rule)

    @property
    def wanted(self) -> set[str]:
        """The arguments of the address; a `ref` of the hall is a topic's and no ticket's."""
        return set(arguments_of(self.address)) | ({"topic"} if self.address.startswith("/topics/") else set())


def arguments_of(address: str) -> list[str]:
    return re.findall(r"<(?:[^<>:]*:)?(\w+)>", address)


def table() -> list[Line]:
    kept = [line for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    names, lines = kept[0].split(), re.sub(r"\n +", " ", "\n".join(kept[1:])).splitlines()
    return [_line(names, line.split()) for line in lines]


def _line(names: list[str], words: list[str]) -> Line:
    """A line may end with `know:…`; where it does not, a known resident gets what any other device gets."""
    known = words.pop().removeprefix(KNOWN) if words[-1].startswith(KNOWN) else ""
    head, row = words[: -len(names)], words[-len(names) :]
    cells = dict(zip(names, row, strict=True))
    return Line(head[0], head[1], tuple(head[2:]), cells | {"know": known or cells["devi"]})


def answers() -> list[Line]:
    return [line for line in table() if line.method != "READ"]


def reading() -> dict[str, dict[str, str]]:
    return {" ".join((line.rule, *line.variant)): line.cells for line in table() if line.method == "READ"}


@dataclass(frozen=True)
class Wrong:
    line: str
    who: str
    whose: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.line}: {self.who}, {self.whose}: expected {self.expected}, got {self.got}"


class Walk:
    """One application with its people and things, asked line by line; `asked` counts the requests."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self.app, self.cast = app, cast
        connect(app, "http://127.0.0.1:9/nobody-listens-here")
        app.extensions["settings"].wechat_verify_files = "MP_verify_0123456789abcdef.txt"
        self.audiences = audiences.gather(app, cast)
        self.makers = Makers(cast, self.audiences)
        self.asked = 0
        app.extensions["settings"].notice_alone_groups = 10_000  # of the many groups the walk binds none is too many

    def line(self, line: Line) -> list[Wrong]:
        return [wrong for name in line.cells for wrong in self._cell(line, name)]

    def _cell(self, line: Line, name: str) -> Iterator[Wrong]:
        looks: dict[str, str] = {}
        for whose, expected in zip(WHOSE, line.cells[name], strict=False):
            answer, given, recorded = self.ask(line, name, whose, expected)
            got = letter(answer)
            if got != expected:
                yield Wrong(str(line), name, whose, expected, f"{got} ({answer.status})")
            elif recorded and got not in CHANGED + "o":
                yield Wrong(str(line), name, whose, "nothing changed", f"{recorded} events")
            looks[whose] = look(answer, given)
        hidden = line.cells[name][1:] in ("..", "ss", "ff") and not NO_SECRET & set(line.variant)
        if hidden and looks["foreign"] != looks["missing"]:
            yield Wrong(str(line), name, "foreign", "as missing", looks["foreign"])

    def _recorded(self) -> int:
        db.session.rollback()
        return db.session.scalar(db.select(db.func.max(Event.id))) or 0

    def ask(self, line: Line, name: str, whose: str, expected: str) -> tuple[TestResponse, dict[str, str], int]:
        """One request, by a fresh browser, about a fresh thing where this one will be changed.

        The answer, what was asked for, and how many events it recorded.
        """
        changes = expected in CHANGED or (line.method == "POST" and expected == "o")
        given = dict(self.makers.arguments(name, whose, line.variant, line.wanted, changes))
        if "k" in line.wanted and whose != "own":
            given["k"] = self.makers.arguments(name, "own", line.variant, line.wanted, False)["k"]
        form = self.makers.form(line.rule, line.variant, given) if line.method == "POST" else {}
        self.forget_limits()
        before = self._recorded()
        lent = self.audiences[name]
        if (
            line.rule == "/me/erase" and line.method == "POST"
        ):  # by another of their kind, as they are needed further on
            self.audiences[name] = replace(audiences.another(self.app, self.cast, name), staff=lent.staff)
        answer = self.send(name, line.method, filled(line.address, given), form, line.variant)
        self.audiences[name] = lent
        recorded = self._recorded() - before
        if changes or line.rule in ("/signin", "/signout"):
            self.renew(name)
        return answer, given, recorded

    def send(
        self,
        name: str,
        method: str,
        address: str,
        form: dict[str, Any] | None = None,
        variant: tuple[str, ...] = (),
        **headers: str,
    ) -> TestResponse:
        data = None if method in SAFE else {"csrf_token": self.audiences[name].token} | (form or {})
        environ = {"REMOTE_ADDR": "203.0.113.7"} if "elsewhere" in variant else {}
        if "bearer" in variant:
            headers["Authorization"] = f"Bearer {BOT_KEY}"
        return self.open(name, method, address, data=data, environ_overrides=environ, headers=headers)

    def open(self, name: str, method: str, address: str, **request: Any) -> TestResponse:
        """Any request at all from this audience's browser, in a context of its own as on a server."""
        self.asked += 1
        client = self.audiences[name].browser(self.app, method)
        answer: TestResponse = Context().run(client.open, address, method=method, **request)
        return answer

    def renew(self, name: str) -> None:
        """After somebody acted: strangers are strangers again, and who signed out is signed in."""
        if name == "anon":
            self.audiences[name] = audiences.newcomer(self.app, name)
            return
        audiences.as_known_as_before(self.app, self.audiences[name], self.cast)
        if self.audiences[name].staff:
            audiences.sign_in_again(self.audiences[name], self.cast)

    def forget_limits(self) -> None:
        forget_limits(self.app)


def filled(address: str, given: dict[str, str]) -> str:
    for argument in arguments_of(address):
        if argument not in given:
            raise LookupError(f"<{argument}> has no maker")
        address = re.sub(rf"<(?:[^<>:]*:)?{argument}>", given[argument], address)
    return address


def letter(answer: TestResponse) -> str:
    """What an answer means; being sent to sign in, or to become known, is not being taken."""
    for door, sent in (("/signin?next=", "s"), ("/me/known?next=", "k")):
        if answer.status_code == 303 and answer.location.startswith(door):
            return sent
    return MEANS.get(answer.status_code, "?")


def look(answer: TestResponse, given: dict[str, str]) -> str:
    """What an outsider can see of it, but for what they sent themselves and their own form tokens."""
    text = f"{answer.status} {answer.location} {answer.get_data().decode(errors='replace')}"
    text = re.sub(r'name="(csrf_token|submission)" value="[^"]*"', "", text)
    for value in sorted(filter(None, given.values()), key=len, reverse=True):
        text = re.sub(rf"(?<=[/=D]){re.escape(value)}(?![0-9a-z])", "<asked>", text)  # in addresses, quoted or not
    return text

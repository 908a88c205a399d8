"""Malformed, oversized, mis-encoded, doubled: every form answers with a plain reason, never with a fault of ours."""

import base64
import io
import json
import random

import pytest

from tests.people.access.walking import Line, Walk, answers, filled

WHOLE_ON = "postgresql"  # of the two databases the stricter one; with --faults on both
FORMS = [line for line in answers() if line.method == "POST"]
PAGES = [line for line in answers() if line.method == "GET"]
FEW = 10  # of the arguments and values of a page, always the same; with --faults all
HOSTILE = (
    "\x00",
    "灯\x00不亮",
    "\ufffe\uffff",
    "\u202e\u2066\u200b\u200d",
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    "٣",
    "²",
    "999999999",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 17 + "1",
    "9" * 5000,
    "true",
    "null",
    "[]",
    '{"$ne": 1}',
    "None",
    "' OR 1=1 --",
    "%00",
    "%",
    "../../../../etc/passwd",
    "/",
    "／ ／\n/",
    "{{ 7 * 7 }}",
    "urn:uuid:6b1a3c1e-6f5d-4c1e-9f0a-0123456789ab",
    "{6b1a3c1e-6f5d-4c1e-9f0a-0123456789ab}",
    "6b1a3c1e-6f5d-4c1e-9f0a-0123456789ab" * 2,
    "一" * 100_000,
    "é" * 70,
    "💥" * 3000,
)
NAMES = (
    *("category", "words", "where", "at", "private", "photos", "photo", "contact_name", "contact_phone", "submission"),
    *("solved", "satisfied", "note", "body", "into", "source", "account", "password", "next", "back", "csrf_token"),
    *("name", "kind", "place", "places", "role", "nickname", "households", "official_code", "hours", "label", "slug"),
    *("title", "words", "different", "noun", "to", "reason", "well", "due", "done_on", "word", "ticket", "topic"),
    *("follow", "answer", "reply"),
    *("position", "successor", "state", "digest", "file", "audience", "answer", "groups", "events", "phone", "old"),
)
ARGUMENTS = ("k", "tab", "after", "code", "q", "under", "limit", "format", "next", "waiting", "noun=reply&to")


@pytest.fixture(scope="module")
def walk(shared_world) -> Walk:
    return Walk(*shared_world)


def entitled(line: Line) -> str:
    """Somebody from whom this form would be taken."""
    return next((name for name in reversed(line.cells) if line.cells[name][0] in "tco"), "comm")


def mutated(chance: random.Random, form: dict[str, object]) -> dict[str, object]:
    """The form with something wrong in it."""
    form = {name: value for name, value in form.items() if chance.random() > 0.1}
    for _ in range(chance.randrange(1, 4)):
        name, value = chance.choice([*form, *NAMES]), chance.choice(HOSTILE)
        form[name] = chance.choice((value, [value, value], (io.BytesIO(value.encode("utf-8", "replace")), "a.jpg")))
    return form


@pytest.mark.parametrize("line", [line for line in FORMS if set("tco") & {c[0] for c in line.cells.values()}], ids=str)
def test_a_form_with_something_wrong_is_answered(walk, request, line: Line) -> None:
    chance, name = random.Random(str(line)), entitled(line)
    for _ in range(4 if request.config.getoption("--faults") else 2):
        given = walk.makers.arguments(name, "own", line.variant, line.wanted, True)
        form = mutated(chance, walk.makers.form(line.rule, line.variant, given))
        said = {name: value for name, value in form.items() if not isinstance(value, tuple)}
        walk.forget_limits()
        answer = walk.send(name, "POST", filled(line.address, given), form, line.variant)
        assert answer.status_code < 500, said
        walk.renew(name)


BODIES = {
    "no body": ("application/x-www-form-urlencoded", b""),
    "not a form": ("text/plain", b'{"words": 1}'),
    "json": ("application/json", b'{"words": 1}'),
    "broken json": ("application/json", b"{"),
    "no boundary": ("multipart/form-data", b"--a\r\n\r\n"),
    "an endless part": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="words"\r\n\r\nx',
    ),
    "a part without a name": (
        "multipart/form-data; boundary=a",
        b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--",
    ),
    "garbage": ("multipart/form-data; boundary=a", random.Random(1).randbytes(4000)),
    "a strange charset": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nx\r\n--a--',
    ),
    "not UTF-8": ("application/x-www-form-urlencoded", b"words=\xff\xfe\xb0&csrf_token=\xff"),
    "lone surrogates": (
        "application/x-www-form-urlencoded",
        b"words=%ED%A0%80&note=%ED%BF%BF&account=%ED%A0%80&password=%ED%A0%80&where=%ED%A0%80&category=%ED%A0%80",
    ),
    "10,000 fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % i for i in range(10_000))),
    "10,000 parts": (
        "multipart/form-data; boundary=a",
        b"".join(b'--a\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % i for i in range(10_000))
        + b"--a--",
    ),
    "two megabytes": ("application/x-www-form-urlencoded", b"words=" + b"x" * (2 << 20)),
    "a form token for each field": ("application/x-www-form-urlencoded", b"csrf_token=a&" * 200),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_form_is_refused(walk, request, body: str) -> None:
    """By every form with --faults; else by every fourth, other ones for each body."""
    kind, data = BODIES[body]
    lines = list({line.rule: line for line in FORMS}.values())
    if not request.config.getoption("--faults"):
        lines = lines[list(BODIES).index(body) % 4 :: 4]
    for line in lines:
        name = entitled(line)
        given = walk.makers.arguments(name, "own", line.variant, line.wanted, False)
        for token in ({}, {"X-CSRF-Token": walk.audiences[name].token}):
            walk.forget_limits()
            address = filled(line.address, given)
            answer = walk.open(name, "POST", address, data=data, content_type=kind, headers=token)
            assert answer.status_code < 500, str(line)
            assert token or answer.status_code >= 400, str(line)


VALUES = ("%00", "a%00b", "%ff", "%F0%9F%92%A5", "9" * 30, "9" * 5000, "-1", "%2e%2e%2f", "é", "%E2%80%AE")


@pytest.mark.parametrize("line", [line for line in PAGES if line.variant[:1] != ("key",)], ids=str)
def test_an_address_with_something_wrong_is_answered(walk, request, line: Line) -> None:
    name = entitled(line)
    here = filled(line.address, walk.makers.arguments(name, "own", line.variant, line.wanted, False))
    more = [f"{here}{'&' if '?' in here else '?'}{argument}={value}" for argument in ARGUMENTS for value in VALUES]
    if not request.config.getoption("--faults"):
        more = random.Random(str(line)).sample(more, FEW)
    addresses = [filled(line.address, dict.fromkeys(line.wanted, value)) for value in VALUES if line.wanted]
    for address in (*addresses, *more):
        answer = walk.send(name, "GET", address, None, line.variant)
        assert answer.status_code < 500, address


def _key(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "key",
    [
        ("2026-01-01T00:00:00+00:00", 2**31),
        ("2026-01-01T00:00:00+00:00", 2**63),
        ("2026-01-01T00:00:00+00:00", "9" * 5000),
        ("2026-01-01T00:00:00+00:00", -(2**70)),
        ("2026-01-01T00:00:00", 1),
        ("0001-01-01T00:00:00+14:00", 1),
        ("9999-12-31T23:59:59-14:00", 1),
        (2**31,),
        (2**63,),
        ("٣",),
        ([],),
        ({},),
        (None,),
        (1e400,),
    ],
    ids=str,
)
def test_a_page_key_nobody_gave_out_is_the_first_page(walk, key: tuple) -> None:
    for tab in ("late", "all"):
        assert walk.send("comm", "GET", f"/desk?tab={tab}&after={_key(*key)}").status_code == 200

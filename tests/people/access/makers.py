"""The things the walk asks for: one of the audiences' own, one nobody here has to do with, and one that is not.

A URL argument needs a maker here, and a form its fields; the walk fails for one that has none.
"""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from governance.core import media
from governance.core.db import db, find_by, now, writing
from governance.discussions.model import Topic
from governance.notices.model import Notice
from governance.people.access.viewer import Viewer
from governance.people.households import Door
from governance.people.model import Body, Person
from governance.places.actions import add_place, print_code
from governance.places.tokens import new_token
from governance.tickets import assist, photos
from governance.tickets.model import Follow, Photo, Slip, Ticket
from governance.tickets.reporting import reports
from tests import photos as shots
from tests.cast import PASSWORD, Cast
from tests.people.access import hall_makers, kept_makers
from tests.people.access.audiences import Audience, sign_in_again

NOWHERE = {
    "code": new_token(),
    "token": new_token(),
    "ref": "0123456789abcdef",
    "key": "0" * 24,
    "slip": "nobody-ever-got-this-1",
    "number": "999999",
    "channel": "carrier_pigeon",
    "name": "no-bot",
    "notice": "0123456789abcdef",
    "secret": "0" * 20,
    "of": "WW",
    "proof": "f" * 16,
    **{name: "999999" for name in kept_makers.ARGUMENTS if name.endswith("_id")},
}
STATES = {  # what a ticket must be for the step to be open; accepted for everything not named
    "decline": "submitted",
    "appeal": "declined",
    "uphold": "appealed",
    "send_back": "appealed",
    "accept": "submitted",
    "withdraw": "submitted",
    "start": "dispatched",
    "return": "dispatched",
    "finish": "in_progress",
    "resume": "on_hold",
    "verify": "pending_verify",
    "answer": "resolved",
    "close": "resolved",
    "reopen": "resolved",
}


@dataclass
class Makers:
    cast: Cast
    audiences: dict[str, Audience]
    far: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Far away: another district, in which nobody of the cast holds a post."""
        with writing():
            place = None
            for kind, name in (
                ("district", "远山区"),
                ("street", "远山街道"),
                ("community", "松林社区"),
                ("grid", "第九网格"),
                ("courtyard", "9号院"),
                ("building", "7号楼"),
            ):
                place = add_place(kind, name, place, "demo")
                self.cast.places[name] = place.id
            self.cast.codes["7号楼"] = print_code(place, "demo").token
            body = Body(name="远山物业", kind="物业公司", place_id=self.cast.places["远山街道"])
            somebody = Person(nickname="far")
            db.session.add_all((body, somebody))
            db.session.flush()
            self.far = {"person": somebody.id, "body": body.id}

    def arguments(
        self, name: str, whose: str, variant: tuple[str, ...], wanted: set[str], fresh: bool
    ) -> dict[str, str]:
        """Values for a route's arguments. A fresh thing is for a request that will change it, and is not kept."""
        if whose == "missing":
            steps = dict.fromkeys(("move", "deed", "step"), step(variant))
            return NOWHERE | steps | {"noun": hall_makers.noun_of(variant), "size": "full"}
        if wanted == {"number"}:
            return {"number": self._session(name if whose == "own" and self.audiences[name].staff else "left")}
        if fresh:
            return self._made(whose, variant, wanted)
        key = (whose, *variant, *sorted(wanted))
        if key not in self.kept:
            self.kept[key] = self._made(whose, variant, wanted)
        return self.kept[key]

    def _session(self, name: str) -> str:
        """A second browser of somebody's; the first stays signed in."""
        audience = replace(self.audiences[name])
        return str(sign_in_again(audience, self.cast))

    def _made(self, whose: str, variant: tuple[str, ...], wanted: set[str]) -> dict[str, str]:
        own = whose == "own"
        made = {
            name: str(make(self.cast, own, variant)) for name, make in kept_makers.ARGUMENTS.items() if name in wanted
        }
        made |= {"key": NOWHERE["key"]} if "key" in wanted else {}
        made |= {"code": self.cast.codes["5号楼" if own else "7号楼"], "move": step(variant), "size": "full"}
        if "topic" in wanted:
            return made | hall_makers.arguments(self.cast, own, variant, self._author(own))
        if wanted & {"ref", "slip", "k"}:
            ticket = self.ticket(own, *variant)
            made |= {"ref": ticket.ref, "number": ticket.number, "k": assist.reporter_secret(ticket)}
            made |= {"slip": _slip(ticket)} if "slip" in wanted else {}
            made |= {"key": _photo(ticket, "hidden" not in variant)} if "key" in wanted else {}
        return made

    def ticket(self, own: bool, *variant: str, words: str = "楼道堆了纸箱") -> Ticket:
        """Reported, joined and addressed to a body; in the state its step begins from."""
        repo, join = self.audiences["repo"].person_id, self.audiences["join"].person_id
        reporter = Viewer(person_id=repo if own else self.far["person"])
        place = self.cast.place("5号楼" if own else "7号楼")
        with writing():
            told = {"words": words, "private": "private" in variant, "contact_phone": "13912345678"}
            ticket = reports.submit_report(place, reporter, self.cast.category("parking"), str(uuid.uuid4()), **told)
            ticket.checked_at = None if "unchecked" in variant else now()
            ticket.words_hidden, ticket.contact_sent = "hidden" in variant, "sent" in variant
            ticket.state = STATES.get(step(variant), "accepted")
            ticket.appeal_to = (
                ("street" if "street" in variant else "community") if ticket.state == "appealed" else None
            )
            ticket.body_id = self.cast.bodies["绿叶物业"] if own else self.far["body"]
            ticket.resolved_at = now() if ticket.state == "resolved" else None
            ticket.finisher_id = self.cast.people["gao"] if "finisher" in variant else None
            if own:
                db.session.add(Follow(ticket_id=ticket.id, person_id=join, role="joiner"))
                ticket.joined = 1
        return ticket

    def _author(self, own: bool) -> int:
        repo = self.audiences["repo"].person_id
        assert repo is not None
        return repo if own else self.far["person"]

    def topic(self, own: bool, *variant: str, title: str = "院里装不装充电棚") -> Topic:
        """A topic of the courtyard, proposed by the reporter, or one of another district."""
        return hall_makers.topic(self.cast, own, variant, self._author(own), title)

    def form(self, rule: str, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
        """A form that would be taken from whoever may send it."""
        extra = FORMS.get(rule, lambda *_: {})
        return {"submission": str(uuid.uuid4())} | extra(self, variant, given)


def step(variant: tuple[str, ...]) -> str:
    return variant[0] if variant else ""


def _slip(ticket: Ticket) -> str:
    secret = str(uuid.uuid4())
    with writing():
        db.session.add(Slip(secret_hash=assist._hash(secret), ticket_id=ticket.id, by_id=ticket.submitter_id))
    return secret


def _photo(ticket: Ticket, let_out: bool) -> str:
    photo = Photo(key=uuid.uuid4().hex[:24], person_id=ticket.submitter_id, submission="", digest="", state="clean")
    photo.ticket_id, photo.let_out = ticket.id, let_out
    with writing():
        db.session.add(photo)
    media.put(photos.address(photo, "full"), shots.webp(64, 48))
    return photo.key


def _new_contact(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    return {"ref": makers.ticket(True).ref, "contact_phone": "13800001111"} if variant else {}


def _report(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    return {"category": "parking", "words": "占道", "source": "walk_in"}


def _photo_of_it(*_: Any) -> dict[str, Any]:
    return {"photo": (io.BytesIO(shots.png(8, 8)), "a.jpg")}


def _following_photo(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    ticket = find_by(Ticket, ref=given["ref"])
    return _photo_of_it() | ({"submission": ticket.submission} if ticket else {})


def _move(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    into = makers.ticket(True).number if step(variant) == "merge" else ""
    body = str(makers.cast.bodies["绿叶物业"])
    return {"note": "说明", "body": body, "into": into, "topic": "new", "title": "大家商量商量"}


def _topic_move(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    into = str(makers.topic(True).id) if step(variant) == "merge" else ""
    return {"note": "说明", "into": into, "title": "大家照应着"}


def _gathered(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    return {"ticket": str(makers.ticket(True).id)}


def _plain(form: Callable[..., dict[str, Any]], *_: Any) -> dict[str, Any]:
    return form()


def _known_as(*_: Any) -> dict[str, Any]:
    return {"nickname": kept_makers.nickname(), "consent": "y"}


def _typed_slip(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    return {"secret": "7k3m9" * 4 if variant else kept_makers.ARGUMENTS["secret"](makers.cast, True, ())}


def _by_phone(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    number = f"139{uuid.uuid4().int % 10**8:08}"
    return _known_as() | {"phone": number, "code": makers.cast.codes["5号楼"]}


def _vouch(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    code = kept_makers.asking(makers.cast)
    return {"code": code, "nickname": kept_makers.nickname(), "place": str(makers.cast.places["5号楼"])}


def _slips(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    doors = db.session.scalars(db.select(Door.id).filter_by(place_id=int(given["place_id"])).limit(1))
    return {"door": [str(id_) for id_ in doors]}


def _notice_move(makers: Makers, variant: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    notice = db.session.get(Notice, int(given["notice_id"]))
    return {"note": "说明", "seen": notice.digest if notice else ""}


FORMS: dict[str, Callable[..., dict[str, Any]]] = {
    "/keep/notices/<int:notice_id>/moves/<move>": _notice_move,
    "/desk/pasted": lambda makers, *_: {"pasted": "楼道灯坏了", "place": makers.cast.codes["5号楼"]},
    "/desk/pasted/matter": lambda makers, *_: _report(makers, (), {}) | {"place": makers.cast.codes["5号楼"]},
    "/me/known/slip": _typed_slip,
    "/d/<secret>": _known_as,
    "/me/known/worker": _known_as,
    "/me/known/phone": _by_phone,
    "/me/known/wechat": _by_phone,
    "/me/nickname": _known_as,
    "/me/data/contact": _new_contact,
    "/desk/known": _vouch,
    "/keep/places/<int:place_id>/doors/slips": _slips,
    "/c/<code>/report": _report,
    "/c/<code>/sticker": lambda *_: {"what": "broken"},
    "/desk/at/<code>/report": _report,
    "/c/<code>/photos": _photo_of_it,
    "/t/<ref>/photos": _following_photo,
    "/t/<ref>/more": lambda *_: {"words": "还在漏"},
    "/t/<ref>/answer": lambda _, variant, *__: {"solved": "no" if "still" in variant else "partly"},
    "/t/<ref>/moves/<move>": _move,
    "/t/<ref>/photos/<key>/cover": lambda *_: {"cell": ["0-0"], "reason": "人脸"},
    "/t/<ref>/contact/body": lambda *_: {"send": "1", "reason": "约时间"},
    "/t/<ref>/public": lambda *_: {"hide_words": "1", "reason": "有门牌号"},
    "/topics/<ref>/moves/<move>": _topic_move,
    "/topics/<ref>/tickets": _gathered,
    **{rule: partial(_plain, form) for rule, form in (kept_makers.FORMS | hall_makers.FORMS).items()},
    "/me/password": lambda makers, variant, _: {"old": "not this one", "password": "a fine new one"},
    "/signin": lambda makers, variant, _: {"account": "gao", "password": PASSWORD if not variant else "wrong"},
}

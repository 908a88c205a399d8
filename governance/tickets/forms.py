"""Forms of tickets: their fields and validation messages."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Length, Optional

from governance.core.errors import Invalid
from governance.core.lifecycle import Move
from governance.core.photos.clean import Box
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, new_submission, options, phone, submission, text
from governance.places.landing import PlaceRow
from governance.places.model import Place
from governance.tickets.categories import Choice
from governance.tickets.model import told

ACCEPT = {"accept": "image/jpeg,image/png,image/webp,image/heic,image/*"}


def photos(label: Any) -> Any:
    return MultipleFileField(label, [Optional()], render_kw=ACCEPT)


class ReportForm(Form):
    """A resident's report. Words may be empty if there is a photo; the route checks for staged photos.

    Only display needs the choices. Without `offer`, the route validates the category and the place itself
    (`report_subject.matter`).
    """

    category = RadioField(_l("是哪一类？"), [InputRequired(_l("请选一类，说不准就选“别的”"))], validate_choice=False)
    words = text(_l("怎么了？"), longest=500, lines=3, render_kw={"placeholder": _l("例：2单元电梯关门时哐当响")})
    photos = photos(_l("照片"))
    at = RadioField(_l("在哪里？"), validate_choice=False)
    where = text(_l("具体位置"), longest=40, render_kw={"placeholder": _l("例：2单元3层，电梯口")})
    private = BooleanField(_l("不公开"))
    contact_name = text(_l("怎么称呼您"), longest=20, render_kw={"autocomplete": "name"})
    contact_phone = phone(_l("电话"))
    submission = submission()

    def __init__(self, place: Place | PlaceRow | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at.data = self.at.data or (str(place.id) if place else None)

    def offer(self, categories: list[Choice], places: Sequence[Place | PlaceRow]) -> None:
        """Set the choices, and accept no others."""
        self.category.choices = options(*((one.slug, one.label) for one in categories))
        self.at.choices = options(*((str(one.id), one.name) for one in places))
        self.category.validate_choice = self.at.validate_choice = True

    @property
    def told(self) -> str:
        """Everything that was written of the matter, for whom to call."""
        return told(self.words.data or "", self.where.data or "")

    def details(self) -> dict[str, Any]:
        names = ("words", "where", "private", "contact_name", "contact_phone")
        details = {name: self[name].data for name in names}
        return details | {name: details[name] or None for name in ("contact_name", "contact_phone")}


class AssistForm(ReportForm):
    """A report that a member of staff writes for a resident."""

    source = RadioField(
        _l("怎么知道的？"),
        [InputRequired(_l("请选一项"))],
        choices=options(
            ("walk_in", _l("当面说")), ("phone", _l("打来电话")), ("patrol", _l("巡查看到")), ("group", _l("群里说"))
        ),
    )

    def details(self) -> dict[str, Any]:
        return super().details() | {"source": self.source.data}


class PhotoForm(Form):
    submission = submission()
    photo = MultipleFileField(_l("照片"), [InputRequired(_l("没有收到照片"))])


class MoreForm(Form):
    words = text(_l("补一句"), longest=500, lines=3)
    photos = photos(_l("照片"))
    submission = submission()


class AnswerForm(Form):
    solved = RadioField(
        _l("真的解决了吗？"),
        [InputRequired(_l("请选一个"))],
        choices=options(("yes", _l("解决了")), ("partly", _l("好了一部分")), ("no", _l("没解决"))),
    )
    satisfied = RadioField(
        _l("满意吗？"),
        [Optional()],
        choices=options(
            ("5", _l("很满意")),
            ("4", _l("满意")),
            ("3", _l("一般")),
            ("2", _l("不满意")),
            ("1", _l("很不满意")),
        ),
    )
    words = text(_l("想说的话"), longest=500, lines=2)
    asked_in = HiddenField("")  # the round that the page showed
    submission = HiddenField("", [Length(max=36)], default=new_submission)  # may be missing: one tap elsewhere


class LetOut(Form):
    """Whether the words stay hidden, the public wording, and the keys of the photos to let out."""

    hide_words = BooleanField(_l("文字先不公开"))
    let_out = SelectMultipleField(_l("照片"), validate_choice=False, choices=(), default=())
    public_words = text(_l("邻居看到的文字"), longest=500, lines=3)


class PublishForm(LetOut):
    """A later change of what others see; `seen` lists the photos that stood on the page."""

    seen = HiddenField("")
    reason = text(_l("为什么改（记在留痕里）"), longest=200, needed=_l("请写一句为什么改"))

    def chosen(self) -> dict[str, Any]:
        return {
            "hide_words": self.hide_words.data,
            "let_out": self.let_out.data,
            "seen": (self.seen.data or "").split(","),
            "public_words": self.public_words.data or "",
        }


class ReasonForm(Form):
    reason = text(_l("为什么改（记在留痕里）"), longest=200, needed=_l("请写一句为什么改"))


GRID = 8  # cells a side, as the page without script covers by ticks
BOX = re.compile(r"\d{1,4}(?:,\d{1,4}){3}")
MOST_BOXES = 20


class CoverForm(Form):
    """What to black out of a photo: `cell` is `row-column` of the grid, `box` is left,top,right,bottom in permille."""

    cell = SelectMultipleField(_l("格子"), validate_choice=False, choices=(), default=())
    box = SelectMultipleField(_l("方块"), validate_choice=False, choices=(), default=())
    reason = text(_l("遮住什么（记在留痕里）"), longest=200, needed=_l("请写一句遮住了什么，例：人脸、车牌"))

    def chosen(self) -> list[Box]:
        """Raises Invalid for none, for too many, or for what is no box inside the picture."""
        cells = [_cell(cell) for cell in self.cell.data[: GRID * GRID]]
        boxes = [Box(*map(int, box.split(","))) for box in self.box.data[:MOST_BOXES] if BOX.fullmatch(box)]
        found = [box for box in (*filter(None, cells), *boxes) if _is_inside(box)]
        if len(found) != len(self.cell.data) + len(self.box.data) or not found:
            raise Invalid({"cell": _l("请在照片上点要遮住的格子，或者拖一个方块")})
        return found


def _cell(name: str) -> Box | None:
    row, _, column = name.partition("-")
    if not (row.isdecimal() and column.isdecimal() and len(name) < 6):
        return None
    edges = [int(number) * 1000 // GRID for number in (column, row)]
    far = [-(-(int(number) + 1) * 1000 // GRID) for number in (column, row)]
    return Box(*edges, *far)


def _is_inside(box: Box) -> bool:
    return 0 <= box.left < box.right <= 1000 and 0 <= box.top < box.bottom <= 1000


class MoveForm(LetOut):
    """Base form of a move; `move_form` adds the fields that the move asks for."""

    send_contact = BooleanField(_l("把联系方式也给承办单位"))
    photos = photos(_l("照片"))
    submission = submission()

    def published(self) -> dict[str, str]:
        """Return what is let out and in which words, and whether the contact goes along."""
        ticked = {name: "1" for name in ("hide_words", "send_contact") if self[name].data}
        return ticked | {"let_out": ",".join(self.let_out.data), "public_words": self.public_words.data or ""}


def move_form(move: Move, choices: dict[str, list[tuple[str, AnyText]]]) -> type[MoveForm]:
    """Return the form class of one move. `choices` holds the options of select fields by the ask's name."""
    return _built(move, choices) if choices else _unchanging(move)


@cache
def _unchanging(move: Move) -> type[MoveForm]:
    """Building a class costs as much as a page of it."""
    return _built(move, {})


def _built(move: Move, choices: dict[str, list[tuple[str, AnyText]]]) -> type[MoveForm]:
    fields: dict[str, Any] = {}
    for ask in move.asks:
        needed = "" if ask.optional else _l("请填%(what)s", what=ask.label)
        if ask.name in choices:
            first = InputRequired(needed) if needed else Optional()
            fields[ask.name] = SelectField(ask.label, [first], choices=options(*choices[ask.name]))
        else:
            fields[ask.name] = text(ask.label, longest=ask.longest, lines=2, needed=needed)
    return type("MoveForm", (MoveForm,), fields)

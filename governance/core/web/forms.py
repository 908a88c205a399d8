"""Forms on WTForms, with limits and their reasons. core/web/security.py checks the form token."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

from flask import g, request
from werkzeug.datastructures import MultiDict
from wtforms import FileField, HiddenField, RadioField, StringField, TextAreaField
from wtforms import Form as Fields
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from governance.core.errors import Invalid, Problem, TooMuch
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.web import security

PICTURES = r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
LOOSE = re.compile(rf"(?<!{PICTURES})\u200d|\u200d(?!{PICTURES})")  # joins nothing; inside a picture it joins its parts
REASONS = {
    "Not a valid choice.": _l("请从列出来的里面选一个"),
    "Not a valid date value.": _l("日期好像不对，请写成 2026-12-31 这样"),
    "Not a valid integer value.": _l("请填整数"),
    "Not a valid time value.": _l("时间好像不对，请写成 08:30 这样"),
    "Invalid Choice: could not coerce.": _l("请从列出来的里面选一个"),
}
UNKNOWN_REASON = _l("这一格好像不对，请再看看")
Result = TypeVar("Result")
STALE = _l("页面放久了，请再点一次")
ESCAPED = re.compile(r"(?i)(?:%[89a-f][0-9a-f]){2}")


class Form(Fields):
    """Filled from the request. `ok` says whether it may be taken; the reasons stand at the fields.

    `taken` is set by `attempt`. `status` is that of the page on which the form is shown again.
    """

    taken = False
    refused_with = 422

    class Meta:
        def get_translations(self, _form: Fields) -> "_Reasons":
            return _Reasons()

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """Without what makes browsers refuse by themselves, in words of their own; with the reason beside it."""
            marks: dict[str, Any] = dict.fromkeys(("required", "maxlength", "minlength", "pattern"), False)
            if field.errors:
                marks |= {"aria-invalid": "true", "aria-describedby": f"{field.id}-wrong"}
            return field.widget(field, **{**(field.render_kw or {}), **marks, **render_kw})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **kwargs)
        g.setdefault("forms_of_request", []).append(self)

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Files are read only into file fields and text only into the others, without null characters."""
        sent = None if formdata is None else MultiDict(self._sent(formdata))
        super().process(sent, *args, **kwargs)

    def _sent(self, formdata: Any) -> Iterator[tuple[str, Any]]:
        for field in self:
            if isinstance(field, FileField):
                yield from ((field.name, file) for file in request.files.getlist(field.name))
            else:
                yield from ((field.name, words.replace("\0", "")) for words in formdata.getlist(field.name))

    @classmethod
    def blank(cls, **kwargs: Any) -> Self:
        """A form that is on the page but was not the one that was sent."""
        form = cls(**kwargs)
        form.process(None, **kwargs)
        return form

    def on_page_as(self, name: str) -> Self:
        """Give the fields ids of their own, for a page with several forms whose fields have the same names."""
        for field in self:
            field.id = f"{name}-{field.id}"
            field.label.field_id = field.id
        return self

    @property
    def ok(self) -> bool:
        return request.method == "POST" and self.validate() and not security.stale_form()

    @property
    def status(self) -> int:
        """200 before the form was sent; then 422, or the status of what refused it."""
        return self.refused_with if request.method == "POST" else 200

    def wrongs(self) -> list[tuple[str, str]]:
        """The reasons why it was not taken, each with the id of what it is about."""
        whole = [("", str(reason)) for reason in self.form_errors]
        return whole + [(_goal(field), str(reason)) for field in self for reason in field.errors]

    def refuse(self, trouble: Problem) -> None:
        """Say why the form was not taken: beside a field that an Invalid names, above the form otherwise."""
        self.refused_with = trouble.status
        if not isinstance(trouble, Invalid):
            self.form_errors.append(trouble.words)
            return
        for name, reason in trouble.fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, reason]
            else:
                self.form_errors.append(reason)


def refused_fields() -> list[tuple[str, str]]:
    """What was wrong with the forms of this request: the id to go to (empty for a whole form) and the reason."""
    forms: list[Form] = g.get("forms_of_request", [])
    return [found for form in forms for found in form.wrongs()]


def attempt(form: Form, change: Callable[[], Result], first: Callable[[], None] | None = None) -> Result | None:
    """Make the change if the form may be taken; otherwise the form says why not, for the page that shows it again.

    Not taken: wrong answers, a stale form token, and what `change` raises as Invalid or TooMuch. A Refused is a page of
    its own: as things stand now, the form may no longer be offered. `first` is done whatever is wrong with the form; it
    keeps the photos that came along.
    """
    if request.method != "POST":
        return None
    try:
        if first:
            first()
        if not form.ok:
            form.form_errors.extend(() if form.errors else (STALE,))
            return None
        result = change()
    except (Invalid, TooMuch) as trouble:
        form.refuse(trouble)
        return None
    form.taken = True
    return result


def _goal(field: Any) -> str:
    """The id of what can be focused: of the first choice where there are several; none for what nobody sees."""
    if isinstance(field, HiddenField):
        return ""
    return f"{field.id}-0" if isinstance(field, RadioField) else str(field.id)


class _Reasons:
    """The library's messages, in our words."""

    def gettext(self, text: str) -> str:
        return str(REASONS.get(text, UNKNOWN_REASON))

    def ngettext(self, text: str, _several: str, _count: int) -> str:
        return self.gettext(text)


def _stripped(value: str | None) -> str:
    """Stripped, without control characters."""
    typed = LOOSE.sub("", value or "")
    return "".join(char for char in typed if char in "\n\t\u3000\u200d" or char.isprintable()).strip()


def options(*pairs: tuple[str, Any]) -> list[SelectChoice]:
    """The choices of a field: the value sent and the label read."""
    return [SelectChoice(value, label) for value, label in pairs]


def _is_readable(_form: Fields, field: Any) -> None:
    """Refuse text with U+FFFD or escaped bytes: it was not UTF-8, and letters were lost."""
    if "\ufffd" in (field.data or "") or ESCAPED.search(field.data or ""):
        raise ValidationError(_l("有几个字没有传对，请重新写一遍"))


def _is_uuid(_form: Fields, field: Any) -> None:
    """Normalise a UUID: braces and URNs are valid, but longer than the column."""
    try:
        field.data = str(uuid.UUID(field.data))
    except (ValueError, TypeError, AttributeError):
        raise ValidationError(_l("页面出了点问题，请再交一次")) from None


def new_submission() -> str:
    return str(uuid.uuid4())


def submission() -> Any:
    """The idempotency key of a form: a UUID rendered into it."""
    return HiddenField("", [_is_uuid], default=new_submission)


def text(label: AnyText, *, longest: int, lines: int = 1, needed: AnyText = "", **kwargs: Any) -> Any:
    """A text field of at most `longest` characters; `needed` is the reason given when it is empty."""
    first: Any = DataRequired(needed) if needed else Optional()
    limits = [first, Length(max=longest, message=_l("最多 %(max)s 个字")), _is_readable]
    attributes = {"data-longest": longest, "autocomplete": "off", **kwargs.pop("render_kw", {})}
    if lines > 1:
        return TextAreaField(label, limits, filters=[_stripped], render_kw={"rows": lines, **attributes}, **kwargs)
    return StringField(label, limits, filters=[_stripped], render_kw=attributes, **kwargs)


def phone(label: AnyText) -> Any:
    pattern = Regexp(r"^\+?[0-9][0-9 ()-]{5,18}$", message=_l("电话号码好像不对，请看看"))
    return StringField(
        label, [Optional(), pattern], filters=[_stripped], render_kw={"inputmode": "tel", "autocomplete": "tel"}
    )


class ImportForm(Form):
    file = FileField(
        _l("表格文件"), [InputRequired(_l("请选一个 CSV 或 XLSX 文件"))], render_kw={"accept": ".csv,.xlsx"}
    )


class ConfirmForm(Form):
    digest = HiddenField(validators=[InputRequired(_l("请先上传"))])

"""Forms of the hall: their fields and validation messages."""

from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from governance.core.lifecycle import Move
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, options, submission, text
from governance.discussions.model import DONE_WELL


class TopicForm(Form):
    """`different` is set by the page that showed similar topics."""

    title = text(
        _l("想商量什么事？"), longest=40, needed="请用一句话说是什么事",
        render_kw={"placeholder": _l("例：院里能不能装个充电棚")},
    )  # fmt: skip
    words = text(_l("为什么想商量这件事"), longest=1000, lines=4)
    different = HiddenField("")
    submission = submission()


class BeginForm(TopicForm):
    """A topic of the community, which also chooses the place."""

    place = text(_l("在哪里商量"), longest=200, needed="请写在哪里商量", render_kw={"list": "places"})


class StatementForm(Form):
    words = text(
        _l("我也说一条"), longest=140, lines=2, needed="请写一句",
        render_kw={"placeholder": _l("一句话，一个意思，例：先装两个试试")},
    )  # fmt: skip
    submission = submission()


class ReplyForm(Form):
    words = text(_l("回一句"), longest=300, lines=2, needed="请写一句")
    noun = HiddenField("")
    to = HiddenField("")
    submission = submission()


class FlagForm(Form):
    words = text(_l("哪里不合适"), longest=200, lines=2, needed="请说一句哪里不合适，好让人去看")


class AppealForm(Form):
    words = text(_l("为什么应该放出来"), longest=200, lines=2, needed="请说一句")


class HideForm(Form):
    reason = text(_l("为什么（写的人会看到）"), longest=200, needed="请写原因，写的人会看到")


class WhoForm(Form):
    """The reason for a look-up of an author. It is recorded, and the resident can read it."""

    reason = text(_l("为什么要看（会留痕，本人看得到）"), longest=100, needed="请写为什么要看")


class NameForm(Form):
    """The reason for removing a nickname, which its owner reads."""

    reason = text(_l("为什么要换（本人看得到）"), longest=100, needed="请写为什么要换")


class AnswerForm(Form):
    words = text(_l("社区怎么说"), longest=1000, lines=3, needed="请写一句")


class ReviewForm(Form):
    well = RadioField(_l("办得怎么样？"), [InputRequired("请选一个")], choices=options(*DONE_WELL.items()))
    words = text(_l("想说的话"), longest=200, lines=2)


class TaskForm(Form):
    """One task of a decision: the work, its category, its body and its due date."""

    words = text(_l("要做什么"), longest=200, lines=2, needed="请写要做什么")
    category = SelectField(_l("哪一类"), [InputRequired("请选一类")])
    body = SelectField(_l("谁来做"), [Optional()])
    due = DateField(_l("哪天以前"), [InputRequired("请写期限")])
    submission = submission()


class DeedForm(Form):
    title = text(_l("办成了什么"), longest=40, needed="请写办成了什么")
    words = text(_l("说一说"), longest=500, lines=2)
    done_on = DateField(_l("哪天办成的"), [InputRequired("请写日子")])


class WatchwordForm(Form):
    word = text(_l("词"), longest=20, needed="请写一个词")


class MoveForm(Form):
    """The fields of one move, generated from the table of moves."""


def move_form(move: Move, targets: list[tuple[str, str]] | None) -> type[MoveForm]:
    """Build the form class of one move; `targets` are the possible merge targets."""
    fields: dict[str, Any] = {}
    for ask in move.asks:
        needed = "" if ask.optional else f"请填{ask.label}"
        if ask.name == "into":
            fields[ask.name] = SelectField(ask.label, [InputRequired(needed)], choices=options(*targets or ()))
        else:
            fields[ask.name] = text(ask.label, longest=ask.longest, lines=2, needed=needed)
    return type("MoveForm", (MoveForm,), fields)

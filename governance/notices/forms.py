"""Forms of notices: the draft, and the fields of each move."""

from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from governance.core.lifecycle import Move
from governance.core.web.forms import Form, options, submission, text
from governance.notices.model import READERS


class NoticeForm(Form):
    title = text("标题", longest=40, needed="请写个标题", render_kw={"placeholder": "例如：周四 9 点到 15 点停水"})
    words = text("正文", longest=4000, lines=8, needed="请写正文")
    place = text("发给哪里", longest=200, needed="请写一个地点，例如“柳荫街道/银杏社区”", render_kw={"list": "areas"})
    audience = RadioField("谁听得到", [InputRequired("请选谁听得到")], choices=options(*READERS.items()))
    urgent = BooleanField("紧急：不等每天的汇总")
    submission = submission()

    def details(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("title", "words", "audience", "urgent")}


class MoveForm(Form):
    """The fields of one move, generated from the table of moves."""


def move_form(move: Move) -> type[MoveForm]:
    asks = {ask.name: text(ask.label, longest=ask.longest, lines=2, needed=f"请填{ask.label}") for ask in move.asks}
    return type("MoveForm", (MoveForm,), asks)

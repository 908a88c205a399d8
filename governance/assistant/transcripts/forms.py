"""Forms for a pasted chat: the paste, and one matter of it."""

from wtforms import BooleanField, HiddenField, SelectField

from governance.core.web.forms import Form, submission, text


class PasteForm(Form):
    find = text("找群", longest=60, render_kw={"placeholder": "群名，或者楼名", "type": "search"})
    group = SelectField("哪个群", default="")
    place = text("或者哪栋楼", longest=200, render_kw={"placeholder": "码，或者名字，例如：3号院/5号楼"})
    pasted = text("群里说的话，粘贴在这里", longest=6000, lines=8, needed="请先粘贴群里说的话")


class MatterForm(Form):
    """One matter of a paste. `rest` holds the other lines; `sender` is who said it, which is never published."""

    words = text("这件事", longest=500, lines=4, needed="请留一句是什么事")
    into = SelectField("怎么办", default="")
    category = SelectField("是哪一类", default="")
    at = SelectField("在哪一处", default="")
    spot = text("具体位置", longest=40)
    sender = text("谁说的", longest=20)
    keep_sender = BooleanField("记下是谁说的，好找他")
    private = BooleanField("不公开")
    rest = text("", longest=6000, lines=2)
    group = HiddenField("")
    place = HiddenField("")
    submission = submission()

"""What a form makes of what is typed."""

from flask import Flask
from wtforms import DateField, SelectField

from governance.core.web.forms import Form, options, text


class Filled(Form):
    words = text("说一说", longest=40)
    kind = SelectField("哪一类", choices=options(("lift", "电梯")))
    day = DateField("哪天")


def filled(app: Flask, **sent: str) -> Filled:
    with app.test_request_context(method="POST", data=sent):
        form = Filled()
        form.validate()
        return form


def test_a_picture_of_several_parts_stays_one_and_loose_joiners_go(app) -> None:
    family, heart = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f\u200d\U0001f525"
    assert filled(app, words=f"{family}{heart}谢谢").words.data == f"{family}{heart}谢谢"
    assert filled(app, words="加\u200d微\u200d信\u202e").words.data == "加微信"


def test_what_the_library_objects_to_is_said_in_plain_chinese(app) -> None:
    form = filled(app, kind="楼梯", day="明天")
    assert form.kind.errors == ["请从列出来的里面选一个"]
    assert form.day.errors == ["日期好像不对，请写成 2026-12-31 这样"]

"""The forms of becoming known. What only the actions can say is shown beside the same fields."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from governance.core.web.forms import Form, text
from governance.people.residents.nicknames import LONGEST

CONSENT = "我愿意用这个昵称说大家看得见的话；不说别人的隐私，不骂人。随时可以退出。"


def _nickname() -> Any:
    hint = {"placeholder": "如：爱种花的", "maxlength": LONGEST}
    return text("昵称", longest=30, needed="请起一个昵称", render_kw=hint)


def _consent() -> BooleanField:
    return BooleanField(CONSENT, [InputRequired("请勾上这一句；不愿意也没关系，报事、看进度、表态都不用")])


def _digits(label: str) -> StringField:
    hint = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12}
    return StringField(label, [InputRequired("请填 6 位数字"), Length(max=12, message="是 6 位数字")], render_kw=hint)


class NicknameForm(Form):
    nickname = _nickname()


class KnownForm(Form):
    nickname = _nickname()
    consent = _consent()


class SlipForm(Form):
    secret = text(
        "住户条上的字",
        longest=40,
        needed="请填住户条上二维码下面的字",
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "placeholder": "7k3m9 qxw2d …"},
    )


class WechatForm(KnownForm):
    code = text(
        "墙上二维码下面的 8 位",
        longest=20,
        needed="请填您楼里二维码下面的 8 位，好知道是哪个社区",
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "placeholder": "7K3M-9QXW"},
    )


class PhoneForm(WechatForm):
    phone = text("手机号", longest=20, needed="请填手机号", render_kw={"inputmode": "tel", "autocomplete": "tel"})


class DigitsForm(Form):
    digits = _digits("短信里的 6 位数字")
    nickname = _nickname()


class FindForm(Form):
    code = _digits("居民手机上的 6 位数字")


class VouchForm(FindForm):
    nickname = _nickname()
    place = SelectField("住在哪里", coerce=int)
    door = text("门牌", longest=20, render_kw={"placeholder": "可以不填，如：3单元501"})

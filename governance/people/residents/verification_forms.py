"""Forms of verification."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, text
from governance.people.residents.nicknames import LONGEST

CONSENT = _l("我愿意用这个昵称说大家看得见的话；不说别人的隐私，不骂人。随时可以退出。")


def _nickname() -> Any:
    hint = {"placeholder": _l("如：爱种花的"), "maxlength": LONGEST}
    return text(_l("昵称"), longest=30, needed=_l("请起一个昵称"), render_kw=hint)


def _consent() -> BooleanField:
    return BooleanField(CONSENT, [InputRequired(_l("请勾上这一句；不愿意也没关系，报事、看进度、表态都不用"))])


def _digits(label: AnyText) -> StringField:
    hint = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12}
    return StringField(
        label, [InputRequired(_l("请填 6 位数字")), Length(max=12, message=_l("是 6 位数字"))], render_kw=hint
    )


class NicknameForm(Form):
    nickname = _nickname()


class KnownForm(Form):
    nickname = _nickname()
    consent = _consent()


class SlipForm(Form):
    secret = text(
        _l("住户条上的字"),
        longest=40,
        needed=_l("请填住户条上二维码下面的字"),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "placeholder": "7k3m9 qxw2d …"},
    )


class WechatForm(KnownForm):
    code = text(
        _l("墙上二维码下面的 8 位"),
        longest=20,
        needed=_l("请填您楼里二维码下面的 8 位，好知道是哪个社区"),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "placeholder": "7K3M-9QXW"},
    )


class PhoneForm(WechatForm):
    phone = text(
        _l("手机号"), longest=20, needed=_l("请填手机号"), render_kw={"inputmode": "tel", "autocomplete": "tel"}
    )


class DigitsForm(Form):
    digits = _digits(_l("短信里的 6 位数字"))
    nickname = _nickname()


class FindForm(Form):
    code = _digits(_l("居民手机上的 6 位数字"))


class VouchForm(FindForm):
    nickname = _nickname()
    place = SelectField(_l("住在哪里"), coerce=int)
    door = text(_l("门牌"), longest=20, render_kw={"placeholder": _l("可以不填，如：3单元501")})

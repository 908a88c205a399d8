"""Forms about people."""

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, text


def secret(label: AnyText, needed: AnyText, autocomplete: str) -> PasswordField:
    limits = [InputRequired(needed), Length(max=200, message=_l("密码太长了"))]
    return PasswordField(label, limits, render_kw={"autocomplete": autocomplete})


class PasswordForm(Form):
    old = secret(_l("现在的密码"), _l("请填现在的密码"), "current-password")
    password = secret(_l("新密码"), _l("请填新密码"), "new-password")


class SignInForm(Form):
    account = text(
        _l("账号"),
        longest=64,
        needed=_l("请填账号"),
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = secret(_l("密码"), _l("请填密码"), "current-password")

"""Forms about people."""

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from governance.core.web.forms import Form, text


def secret(label: str, needed: str, autocomplete: str) -> PasswordField:
    limits = [InputRequired(needed), Length(max=200, message="密码太长了")]
    return PasswordField(label, limits, render_kw={"autocomplete": autocomplete})


class PasswordForm(Form):
    old = secret("现在的密码", "请填现在的密码", "current-password")
    password = secret("新密码", "请填新密码", "new-password")


class SignInForm(Form):
    account = text(
        "账号",
        longest=64,
        needed="请填账号",
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = secret("密码", "请填密码", "current-password")

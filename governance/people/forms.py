"""Forms about people."""

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from governance.core.forms import Form, text


class SignInForm(Form):
    account = text(
        "账号",
        longest=64,
        needed="请填账号",
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        "密码",
        [InputRequired("请填密码"), Length(max=200, message="密码太长了")],
        render_kw={"autocomplete": "current-password"},
    )

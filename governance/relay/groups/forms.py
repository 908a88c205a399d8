"""Forms about groups. The fields of a channel come from what it needs."""

from typing import Any

from wtforms import FileField, PasswordField, RadioField, SelectField
from wtforms.validators import InputRequired, Length

from governance.core.errors import Invalid, Problem
from governance.core.photos.clean import MOST_BYTES
from governance.core.web.forms import Form, options, text
from governance.relay.channels.base import Channel, Need
from governance.relay.delivery.quiet_hours import HOURS, Hours
from governance.relay.model import AUDIENCES


def hour(label: str) -> SelectField:
    """A field for an hour of the day, or none."""
    choices = options(("", "不设"), *((str(one), f"{one} 点") for one in HOURS))
    return SelectField(label, coerce=lambda given: int(given) if given not in ("", None) else None, choices=choices)


class GroupForm(Form):
    name = text("群名", longest=60, needed="请填群名", render_kw={"placeholder": "例如：3号院5号楼邻里群"})
    places = text("绑定的地点，一行一个", longest=4000, lines=3, needed="请写一个地点：码，或者名字，例如“3号院/5号楼”")
    audience = RadioField(
        "谁在群里",
        [InputRequired("请选这是居民群还是工作群")],
        choices=options(*AUDIENCES.items()),
        validate_choice=True,
    )
    quiet_from = hour("安静时间，从")
    quiet_until = hour("到")
    digest_hour = hour("每天几点汇总一次")

    of_channel: frozenset[str] = frozenset()  # the channel's fields; a prefix keeps their names apart from these

    def refuse(self, trouble: Problem) -> None:
        if isinstance(trouble, Invalid):
            reasons = trouble.fields.items()
            trouble = Invalid({f"set_{name}" if name in self.of_channel else name: why for name, why in reasons})
        super().refuse(trouble)

    def hours(self) -> Hours:
        return Hours(self.quiet_from.data, self.quiet_until.data, self.digest_hour.data)


def _secret(label: str) -> PasswordField:
    off = {"autocomplete": "new-password", "maxlength": 128}
    return PasswordField(label, [Length(max=128, message="最多 128 个字")], render_kw=off)


class RobotForm(Form):
    """A robot's secrets, of its callback or of its long connection. The fields of the other way stay empty."""

    token = _secret("Token")
    aes_key = _secret("EncodingAESKey")
    bot_id = text("Bot ID", longest=128)
    secret = _secret("Secret")

    def secrets(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("token", "aes_key", "bot_id", "secret")}


class NewRobotForm(RobotForm):
    named = text("给机器人起个名字", longest=30, needed="请起个名字", render_kw={"placeholder": "例如：ginkgo"})
    place = text("归哪里管", longest=100, needed="请写一个地点，例如“银杏社区”")


class KeeperForm(Form):
    keeper = text("换给谁（账号）", longest=60, needed="请填接手的同事的账号")


class EntryCodeForm(Form):
    picture = FileField("群二维码的截图", render_kw={"accept": "image/*"})

    def bytes_of(self) -> bytes:
        return self.picture.data.stream.read(MOST_BYTES + 1) if self.picture.data else b""


def form_for(kind: type[Channel], **kwargs: Any) -> Any:
    """The form for a group on this channel. An empty secret keeps the stored one."""
    fields = {f"set_{need.name}": _field(need) for need in kind.needs}
    named = {"of_channel": frozenset(need.name for need in kind.needs)}
    return type("BoundGroupForm", (GroupForm,), fields | named)(**kwargs)


def _field(need: Need) -> Any:
    if need.secret:
        off = {"autocomplete": "new-password", "maxlength": 500}
        return PasswordField(need.label, [Length(max=500, message="最多 500 个字")], render_kw=off)
    return text(need.label, longest=200)


def given_settings(form: Any, kind: type[Channel]) -> dict[str, str]:
    return {need.name: form[f"set_{need.name}"].data or "" for need in kind.needs}

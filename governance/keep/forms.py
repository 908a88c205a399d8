"""The forms of /keep. What only an action can check is shown beside the same fields."""

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from governance.core.web.forms import Form, options, phone, text
from governance.people.staff.bodies import KINDS as BODY_KINDS


def _whole(label: str, low: int, high: int, *first: Any) -> Any:
    limit = NumberRange(low, high, message=f"填 {low} 到 {high} 之间的整数")
    return IntegerField(label, [*first, limit], render_kw={"inputmode": "numeric", "min": low, "max": high})


def _or_nothing(value: str | None) -> str | None:
    return value.strip() or None if value else None


class PlaceForm(Form):
    name = text("名称", longest=60, needed="请填名称")
    official_code = StringField(
        "官方代码",
        [Optional(), Regexp(r"^[0-9]{12}$", message="官方代码是 12 位数字，没有就空着")],
        filters=[_or_nothing],
        render_kw={"inputmode": "numeric", "maxlength": 12},
    )
    households = _whole("户数", 0, 999_999, Optional())
    phone = phone("电话")
    hours = text("接待时间", longest=60)
    large_text = BooleanField("扫码页默认用大字")

    @property
    def facts(self) -> dict[str, Any]:
        kept = ("name", "official_code", "households", "phone", "hours", "large_text")
        return {
            name: self[name].data or None if name not in ("large_text", "households") else self[name].data
            for name in kept
        }


class NewPlaceForm(PlaceForm):
    kind = SelectField("类别")


class DoorsForm(Form):
    lines = text(
        "门牌",
        longest=4000,
        lines=6,
        needed="请写门牌",
        render_kw={"placeholder": "1单元101-1单元106\n1单元201-1单元206"},
    )


class MarkForm(Form):
    state = HiddenField(validators=[InputRequired("请选状态")])


class RetireForm(Form):
    successor = text(
        "替换它的码", longest=20, render_kw={"placeholder": "不填就只停用", "autocapitalize": "characters"}
    )


class PostForm(Form):
    role = SelectField("岗位")
    place = text("在哪里", longest=120, render_kw={"list": "areas", "placeholder": "如：柳荫街道/银杏社区/第一网格"})
    body = SelectField("承办单位", coerce=int, default=0)


class StaffForm(PostForm):
    nickname = text("称呼", longest=30, needed="请填称呼，居民会看到")
    account = text("账号", longest=32, needed="请填账号", render_kw={"autocapitalize": "none", "spellcheck": "false"})
    phone = phone("电话")


class BodyForm(Form):
    name = text("名称", longest=60, needed="请填名称")
    kind = SelectField("类型", choices=options(*((kind, kind) for kind in BODY_KINDS)))
    phone = phone("电话")
    place = text("在哪里接活", longest=120, needed="请填地点", render_kw={"list": "areas"})


class CategoryForm(Form):
    label = text("名称", longest=12, needed="请填名称")
    hint = text("一句提示", longest=60)
    hours = _whole("时限（小时）", 1, 2160, InputRequired("请填时限"))
    position = _whole("排第几（小的在前）", 0, 100_000, Optional())
    elsewhere = text("更该找哪里", longest=120)
    private = BooleanField("只有办事的人看得到（不公开、不合并、不进群）")
    above_grid = BooleanField("直接送社区，网格员看不到（像举报）")
    photo_to_finish = BooleanField("办结要拍照")
    scan_to_finish = BooleanField("办结要到场扫码")
    verify = BooleanField("办结后要别人核查")

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.data.items() if name != "slug"} | {
            "elsewhere": self.elsewhere.data or None,
            "position": self.position.data or 0,
        }


class NewCategoryForm(CategoryForm):
    slug = StringField(
        "英文代号",
        [
            InputRequired("请填英文代号"),
            Regexp(r"^[a-z][a-z0-9_]{1,29}$", message="小写字母开头，2 到 30 个小写字母、数字或下划线"),
        ],
        render_kw={"maxlength": 30, "autocapitalize": "none"},
    )

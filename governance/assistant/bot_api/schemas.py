"""What the bots' endpoints take and give, as pydantic models: the check of each request and its place in OpenAPI."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from governance.core.db import LARGEST
from governance.core.errors import Invalid, Missing, SignInNeeded, TooMuch
from governance.core.photos.clean import MOST_BYTES
from governance.core.web.json_input import Model
from governance.core.web.openapi import Operation
from governance.tickets.reporting.reports import MOST_PHOTOS

MOST, A_FEW = 50, 20  # messages a lease, or results a report
_LONGEST_NAME, _LONGEST_TEXT = 64, 2000


def _readable(text: str) -> str:
    """Raises ValueError for what is blank or no column holds."""
    if not text.strip() or "\0" in text:
        raise ValueError
    return text


def _readable_or_empty(text: str) -> str:
    return text and _readable(text)


def _digits(sent: Any) -> int:
    """An address holds text: one to three plain digits."""
    if not re.fullmatch(r"[0-9]{1,3}", str(sent), re.ASCII):
        raise ValueError
    return int(sent)


Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_readable)]
Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_TEXT), AfterValidator(_readable)]
Wordless = Annotated[str, Field(max_length=_LONGEST_TEXT), AfterValidator(_readable_or_empty)]
Id = Annotated[int, Field(ge=1, le=LARGEST)]
_PHOTO = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": f"一张照片，JPG、PNG、WebP 或 HEIC，最多 {MOST_BYTES >> 20} MB",
}
Photos = Annotated[
    tuple[bytes, ...], WithJsonSchema({"type": "array", "items": _PHOTO, "maxItems": MOST_PHOTOS})
]  # of a form; `leases.read_photos` checks them


class Heard(Model):
    """What a member said in a group."""

    message_id: Name = Field(description="这条消息自己的号；再送一次，回话一样，不会多办一次")
    group: Name = Field(description="绑定时填的、机器人那边的群号")
    sender: Name = Field(description="能认出是同一个人就行；我们只留一个算不回去的记号")
    text: Text = Field(description="群里人对机器人说的话")


class HeardWithPhotos(Heard):
    """The same as a form with photos."""

    text: Wordless = Field("", description="有照片时可以不说话")
    photos: Photos = ()


class Reply(Model):
    reply: str = Field(description="要在群里说的回话")


class LeaseQuery(Model):
    limit: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_digits)] = A_FEW


class Leased(Model):
    """A message that a bot is to post."""

    id: Id
    mark: str = Field(description="话末尾的短记号，同一条再发还是它")
    group: str
    text: str = Field(description="原样发到群里")
    lease_until: str = Field(
        description="到这时还没回报，就列为“可能已发出”，由人去看", json_schema_extra={"format": "date-time"}
    )


class Deliveries(Model):
    deliveries: list[Leased] = Field(max_length=MOST)


OutcomeName = Literal["sent", "refused", "failed"]


class Result(Model):
    id: Id
    outcome: OutcomeName


class Report(Model):
    results: list[Result] = Field(min_length=1, max_length=MOST)


class Taken(Model):
    """Which results were taken; the others were settled before, or are of another bot."""

    taken: list[Id]
    left: list[Id]


_REFUSES = {SignInNeeded: "密钥不对", Invalid: "有几项不对，fields 说是哪几项", TooMuch: "太快了，过一会儿再来"}
HEAR = Operation(
    "hear",
    "群里人说的话，我们的回话",
    about="带照片时用表单（multipart/form-data），一张照片一个 photos；照片跟着刚报的那件事走，"
    "拍摄地点等信息会去掉，打不开的不收。",
    takes=Heard,
    form=HeardWithPhotos,
    gives=Reply,
    refuses=_REFUSES | {Missing: "没有绑定这个群，或者它停用了"},
)
LEASE = Operation(
    "lease", "取要发到群里的话", about="每条只给出去一次。", query=LeaseQuery, gives=Deliveries, refuses=_REFUSES
)
REPORT = Operation(
    "report",
    "回报发没发成",
    about="晚回报也算数；已经有结果的不再改，列在 left 里。",
    takes=Report,
    gives=Taken,
    refuses=_REFUSES,
)

"""The bots' endpoints in the OpenAPI document, built from the limits that the code checks."""

from governance.assistant.bot_api import leases
from governance.core.db import LARGEST
from governance.core.errors import Invalid, Missing, SignInNeeded, TooMuch
from governance.core.photos.clean import MOST_BYTES
from governance.core.web.openapi import Operation, binary, fields, listed, text, whole
from governance.tickets.reports import MOST_PHOTOS

_REFUSES = {SignInNeeded: "密钥不对", Invalid: "有几项不对，fields 说是哪几项", TooMuch: "太快了，过一会儿再来"}
_HINTS = {
    "message_id": "这条消息自己的号；再送一次，回话一样，不会多办一次",
    "group": "绑定时填的、机器人那边的群号",
    "sender": "能认出是同一个人就行；我们只留一个算不回去的记号",
    "text": "群里人对机器人说的话",
}
_ID = whole(most=LARGEST)
_DELIVERY = fields(
    id=_ID,
    mark=text(description="话末尾的短记号，同一条再发还是它"),
    group=text(),
    text=text(description="原样发到群里"),
    lease_until=text(format="date-time", description="到这时还没回报，就列为“可能已发出”，由人去看"),
)

_MESSAGE = {name: text(longest, description=_HINTS[name]) for name, longest in leases.MESSAGE.items()}
_WORDLESS = text(description="有照片时可以不说话", maxLength=leases.MESSAGE["text"])
_PHOTO = binary(description=f"一张照片，JPG、PNG、WebP 或 HEIC，最多 {MOST_BYTES >> 20} MB")
_PARTS = fields(**_MESSAGE | {"text": _WORDLESS, "photos": listed(_PHOTO, MOST_PHOTOS)})

HEAR = Operation(
    "hear",
    "群里人说的话，我们的回话",
    about="带照片时用表单（multipart/form-data），一张照片一个 photos；照片跟着刚报的那件事走，"
    "拍摄地点等信息会去掉，打不开的不收。",
    takes=fields(**_MESSAGE),
    form={**_PARTS, "required": [name for name in leases.MESSAGE if name != "text"]},
    gives=fields(reply=text(description="要在群里说的回话")),
    refuses=_REFUSES | {Missing: "没有绑定这个群，或者它停用了"},
)
LEASE = Operation(
    "lease",
    "取要发到群里的话",
    about="每条只给出去一次。",
    asked={"limit": whole(most=leases.MOST, default=leases.A_FEW)},
    gives=fields(deliveries=listed(_DELIVERY, leases.MOST)),
    refuses=_REFUSES,
)
REPORT = Operation(
    "report",
    "回报发没发成",
    about="晚回报也算数；已经有结果的不再改，列在 left 里。",
    takes=fields(
        results=listed(fields(id=_ID, outcome=text(enum=list(leases.OUTCOMES))), leases.MOST, least=1),
    ),
    gives=fields(taken=listed(_ID), left=listed(_ID)),
    refuses=_REFUSES,
)

"""The table of WeChat's and WeCom's error codes: an outcome for each, by what to do next.

WeCom's documents say to judge by errcode and never by errmsg; the words are for people. A code that is not in the table
means: not done, and a retry would not help.
"""

from dataclasses import dataclass
from typing import Any

LONGEST_SAID = 80


@dataclass(eq=False)
class Later(Exception):
    """Not done; may be retried after `after` seconds.

    `whole`: every request of this side must wait, not this one alone.
    """

    reason: str
    after: int = 0
    whole: bool = False


@dataclass(eq=False)
class Never(Exception):
    """Not done; a retry would not help."""

    code: int
    reason: str


@dataclass(eq=False)
class Gone(Exception):
    """Not done: the recipient does not exist any more, or refuses."""

    code: int
    reason: str


@dataclass(eq=False)
class Lost(Exception):
    """Unknown: the answer was lost after the request was sent, or cannot be read."""

    reason: str


Trouble = Later | Never | Gone | Lost
TROUBLES = (Later, Never, Gone, Lost)


def asked_again(silence: Later | Lost) -> Later:
    """For requests without effect: a lost answer is retried."""
    return Later(silence.reason) if isinstance(silence, Lost) else silence


@dataclass(frozen=True)
class Wait:
    """How many seconds to wait at least, and whether the whole side must wait."""

    words: str
    after: int = 0
    whole: bool = False


TOKEN_REFUSED = frozenset((40001, 40014, 42001))  # of a call; at the fetching of a token 40001 is a wrong secret
SECRET_REFUSED = {
    40001: "密钥（secret）不对",
    40013: "AppID 或企业 ID 不对",
    40125: "密钥（secret）不对",
    41002: "没有给 AppID",
    41004: "没有给密钥（secret）",
    40164: "这台服务器的地址不在公众号的 IP 白名单里",
    60020: "这台服务器的地址不在企业微信的可信 IP 里",
}
WAITS = {
    -1: Wait("对方系统正忙"),
    6000: Wait("同时改的人太多"),
    45033: Wait("同时调用太多"),
    45009: Wait("调用太频繁", after=60, whole=True),  # blocked for a minute; asking on would prolong it
    41001: Wait("没有带令牌"),
    41063: Wait("刚建好，还不能查", after=60),
    40164: Wait(SECRET_REFUSED[40164], after=600, whole=True),  # until somebody puts the address on the list
    60020: Wait(SECRET_REFUSED[60020], after=600, whole=True),
}
DAILY = 600  # seconds; the official account counts by the day, so a minute later is no better
GONE = {
    93000: "机器人地址无效，或已被移出群",
    93001: "这个群不允许机器人发言",
    93004: "机器人被停用",
    93008: "机器人不在群里",
    40003: "这个人不在这个公众号里",
    43004: "这个人没有关注公众号",
    43101: "这个人没有同意接收，或已经拒收",
    45015: "这个人太久没有来过，或已取消关注",
    81013: "收件人都不在应用的可见范围里",
    86003: "群不存在了",
}
NEVER = {
    40002: "取令牌的方式不对",
    40004: "素材的种类不对",
    40005: "文件类型不对",
    40006: "文件大小不对",
    40007: "素材编号不对或过期了",
    40008: "消息类型不对，或内容不是 JSON",
    40009: "图片太大",
    40029: "登录码不对或过期了",
    40030: "登录的续期码不对",
    40037: "模板编号不对",
    40050: "群不存在",
    40053: "场景值不对",
    40056: "应用编号不对",
    40058: "参数不对，或内容太长",
    40097: "参数不对",
    40129: "内容检查的场合不对",
    40163: "登录码已经用过",
    41006: "没有给素材编号",
    41008: "没有给登录码",
    41010: "没有给链接",
    41016: "没有给标题",
    41046: "没有给群发任务的编号",
    41047: "群发任务的编号不对",
    41048: "没有可以发的客户",
    41064: "附件太多",
    41065: "附件类型不对",
    41091: "一个进群码最多放 5 个群",
    41093: "群发任务不能这样办了",
    41094: "提醒的次数用完了",
    42002: "登录的续期码过期了",
    42003: "登录码过期了",
    43003: "这个接口只能用 HTTPS",
    44001: "没有文件内容",
    44004: "内容是空的",
    45001: "文件太大",
    45002: "内容太长",
    45008: "图文超过 8 条",
    45029: "二维码的数量用完了",
    45047: "给这个人的客服消息已经到上限",
    47003: "模板里的字段不对",
    48001: "没有开通这个接口",
    50100: "翻页的位置不对",
    60140: "回复的地址过期了或已经用过",
    61010: "这个人最近没有用过小程序",
    82001: "没有收件人",
    86001: "群编号不对",
    86006: "群成员人数不对",
    86008: "群是别的应用建的",
    86205: "群编号太长",
    86207: "群主不在成员里",
    86215: "群编号已经有了",
    86216: "成员里有找不到的人",
    87014: "内容里有违规的话",
    93006: "群编号不对",
    93017: "请求是空的",
    93018: "图片太大",
    93019: "机器人编号不对",
    301002: "没有权限用这个应用",
    301017: "语音格式不对",
    301019: "文件的 MD5 不对",
    **dict.fromkeys(range(42027, 42046), "模板卡片的字段不对"),
    **dict.fromkeys(range(301052, 301061), "会话内容存档没有开通或过期了"),
}
SIDES = {"official": "微信", "app": "企业微信", "contact": "企业微信", "robot": "企业微信"}
BUSY = {429: Wait("对方正忙", after=60, whole=True), 503: Wait("对方正忙")}


def judged(code: int, said: str, side: str) -> Trouble | None:
    """The outcome of an errcode; None for success. Refused tokens are handled before (`TOKEN_REFUSED`)."""
    if code == 0:
        return None
    if code in GONE:
        return Gone(code, f"{GONE[code]}（{code}）")
    if code in WAITS:
        wait = WAITS[code]
        after = DAILY if (code, side) == (45009, "official") else wait.after
        return Later(f"{SIDES[side]}没有收：{wait.words}（{code}）", after, wait.whole)
    return Never(code, f"{SIDES[side]}没有收：{NEVER.get(code) or said[:LONGEST_SAID] or '没有说为什么'}（{code}）")


def judged_status(status: int) -> Trouble:
    """The outcome of an HTTP status other than 200: only "busy" is certainly a refusal."""
    if status in BUSY:
        return Later(f"{BUSY[status].words}（{status}）", BUSY[status].after, BUSY[status].whole)
    return Lost(f"回音不对（HTTP {status}）")


def errcode(answer: Any) -> int:
    """The errcode of a JSON answer; 0 when it has none. Raises Lost when it is no answer."""
    try:
        return int(answer.get("errcode", 0))
    except (AttributeError, TypeError, ValueError):
        raise Lost("回音看不懂") from None

"""Parametric codes (带参数二维码) of the official account: who scans one may follow, and we are told the place.

An account has 100,000 permanent ones for ever. Each is made by a keeper's act, once a place, and every request is
counted, because a lost answer may have used one up.
"""

import re

from sqlalchemy import func, select

from governance.core.db import advisory_lock, db, find_by, locked, writing
from governance.core.errors import Refused
from governance.core.jobs import enqueue, job
from governance.wechat.answers import Gone, Never
from governance.wechat.gateway import gateway
from governance.wechat.model import WechatCode

PERMANENT_MOST = 100_000
SCENE = re.compile(r"(?:qrscene_)?b:([0-9]{1,18})")
PATH = "/cgi-bin/qrcode/create"
LOCK = 0x0E_C0DE5
DUE, MADE, REFUSED = "due", "made", "refused"


def scene_of(place_id: int) -> str:
    """The scene string of a place's code."""
    return f"b:{place_id}"


def place_of(scene: str) -> int | None:
    """The place that a scene names, if it is one of ours; `qrscene_` in front means a new follower."""
    found = SCENE.fullmatch(scene)
    return int(found[1]) if found else None


def used() -> int:
    """How many of the account's permanent codes are used up, by our own count."""
    mine = select(func.sum(WechatCode.asked)).filter_by(app_id=gateway().settings.wechat_app_id)
    return int(db.session.scalar(mine) or 0)


def of_place(place_id: int) -> WechatCode | None:
    return find_by(WechatCode, app_id=gateway().settings.wechat_app_id, place_id=place_id)


def ask(place_id: int) -> WechatCode:
    """Request the permanent code of a place. Call it inside `writing()`. Raises Refused when none can be had."""
    if not gateway().has("official"):
        raise Refused("还没有接公众号，请管理员先设置")
    advisory_lock(LOCK)
    code = of_place(place_id)
    if code is not None and locked(code).state != REFUSED:
        raise Refused("这里已经有公众号的码了")
    if used() >= PERMANENT_MOST:
        raise Refused("这个公众号的永久码用完了（10 万个），再要也不会给")
    code = code or WechatCode(app_id=gateway().settings.wechat_app_id, place_id=place_id)
    code.scene, code.state, code.trouble, code.asked = scene_of(place_id), DUE, None, code.asked or 0
    db.session.add(code)
    db.session.flush()
    enqueue("wechat.make_code", code=code.id)
    return code


@job("wechat.make_code", network=True)
def make(code: int) -> None:
    """Have WeChat make it. A lost answer is retried: the same scene gives the same code."""
    scene = _counted(code)
    if scene is None:
        return
    asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    try:
        answer = gateway().read("official", PATH, method="POST", json=asked)
    except (Never, Gone) as trouble:
        _settle(code, state=REFUSED, trouble=trouble.reason[:200])
        return
    _settle(code, state=MADE, url=str(answer["url"]), trouble=None)


def _counted(number: int) -> str | None:
    with writing():
        code = find_by(WechatCode, id=number)
        if code is None or locked(code).state != DUE:
            return None
        code.asked += 1
        return code.scene


def _settle(number: int, **values: object) -> None:
    with writing():
        code = db.session.get_one(WechatCode, number)
        for name, value in values.items():
            setattr(code, name, value)

"""Sign-in by WeChat and WeCom: where to send a browser, and who brought the code back.

A `state` is letters and digits (at most 128, as WeChat requires). It holds the time and is valid for one device, one
purpose and one way back. Errors of WeChat are only logged: they keep nobody from a page.
"""

import time
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog

from governance.core.crypto import keyed_hash, same
from governance.wechat.answers import TROUBLES, Never
from governance.wechat.gateway import gateway

log = structlog.get_logger()
GOOD_FOR = 600  # seconds between being sent and coming back
REST = 60.0  # seconds nobody is sent to a WeChat that did not answer the last one


@dataclass(frozen=True)
class Met:
    """An openid of the official account. A snapshot is a page that WeChat shows without saying who looks."""

    openid: str
    snapshot: bool


def in_wechat(agent: str) -> bool:
    """Whether it is WeChat's own browser; WeCom's names WeChat too."""
    return "MicroMessenger/" in agent and "wxwork/" not in agent


def in_wecom(agent: str) -> bool:
    return "wxwork/" in agent


def state(device: str, purpose: str, way_back: str) -> str:
    return _state(device, purpose, way_back, f"{int(time.time()):08x}")


def _state(device: str, purpose: str, way_back: str, moment: str) -> str:
    mac = keyed_hash("wechat state", "\n".join((device, purpose, way_back, moment)))
    return moment + mac.encode().hex()[:64]


def fits(given: str, device: str | None, purpose: str, way_back: str) -> bool:
    """Whether this device was sent recently, for this purpose, to come back here."""
    try:
        age = time.time() - int(given[:8], 16)
    except ValueError:
        return False
    return bool(device) and 0 <= age + 1 <= GOOD_FOR and same(given, _state(device or "", purpose, way_back, given[:8]))


def meets_residents() -> bool:
    """Whether there is an official account that answered when it was last asked."""
    there = gateway().has("official") and not gateway().host("official").rests  # after a rest one may look again
    return there and time.monotonic() >= gateway().rests_until


def resident_address(redirect_uri: str, state: str) -> str:
    """Where WeChat says silently who looks (snsapi_base)."""
    return str(gateway().sign_in(redirect_uri, state).authorize_url)


def resident(code: str) -> Met | None:
    """Who brought this code; None when WeChat does not say."""
    try:
        with gateway().in_a_page():
            said = gateway().sign_in().asked(code)
    except TROUBLES as trouble:
        log.warning("wechat.not_met", trouble=trouble.reason)
        if not isinstance(trouble, Never):
            gateway().rests_until = time.monotonic() + REST
        return None
    openid = str(said.get("openid") or "")
    return Met(openid, bool(said.get("is_snapshotuser"))) if openid else None


def worker_address(redirect_uri: str, state: str) -> str:
    """Where WeCom says silently which member looks. WeChat reads the parameters in this order only."""
    settings = gateway().settings
    asked = {"appid": settings.wecom_corp_id, "redirect_uri": redirect_uri, "response_type": "code"}
    asked |= {"scope": "snsapi_base", "state": state, "agentid": settings.wecom_agent_id}
    return f"{settings.wechat_open_base.rstrip('/')}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def worker(code: str) -> str:
    """The userid of the member who brought this code; empty when it is no member, or WeCom does not say."""
    try:
        with gateway().in_a_page():
            return str(gateway().read("app", "/cgi-bin/auth/getuserinfo", params={"code": code}).get("userid") or "")
    except TROUBLES as trouble:
        log.warning("wecom.not_met", trouble=trouble.reason)
        return ""

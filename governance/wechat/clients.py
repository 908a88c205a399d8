"""wechatpy's clients and sign-in, with our token store, our HTTP session and no retries of their own.

wechatpy 2.0.0a26 retries a refused token for ever, fetches a token in every thread that finds none, and uses the
classic endpoint, where each new token invalidates the one before.
"""

from typing import Any

import requests
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth
from wechatpy.work.client import WeChatClient as WorkWeChatClient

from governance.wechat.answers import (
    SECRET_REFUSED,
    SIDES,
    TOKEN_REFUSED,
    TROUBLES,
    Later,
    Lost,
    Trouble,
    asked_again,
    errcode,
    judged,
    judged_status,
)
from governance.wechat.http import Wire, heard_nothing
from governance.wechat.token_store import Lying
from governance.wechat.tokens import LONG, SHORTLY, Fetched, Source


class TokenRefused(Exception):
    """WeChat refused the token with this `code`."""


class Bounded:
    """What both clients share. wechatpy reads `access_token` whenever a call brings none."""

    side: str
    source: Source
    _http: Wire

    @property
    def access_token(self) -> str:
        return self.source.token().token or ""

    def asked(self, method: str, url: str, token: Lying, **given: Any) -> dict[str, Any]:
        """One call without retry. Raises TokenRefused, Later, Never, Gone or Lost."""
        params = (given.pop("params", None) or {}) | {"access_token": token.token}
        try:
            answer = self._request(method, url, params=params, **given)  # type: ignore[attr-defined]
        except WeChatClientException as refused:
            raise _read(refused, self.side) from None
        except requests.RequestException as trouble:
            raise heard_nothing(trouble) from None
        errcode(answer)
        return dict(answer)


def _read(refused: WeChatClientException, side: str) -> Trouble | TokenRefused:
    """The error of wechatpy as an errcode, or as an HTTP status without one."""
    if refused.errcode is None:
        return judged_status(refused.response.status_code)
    if refused.errcode in TOKEN_REFUSED:
        return TokenRefused(refused.errcode)
    return judged(refused.errcode, str(refused.errmsg), side) or Lost("回音看不懂")


def contents(answer: requests.Response, side: str) -> bytes:
    """The bytes of a file; JSON instead of one is an error. Raises TokenRefused, Later, Never, Gone or Lost."""
    if answer.status_code != 200:
        raise judged_status(answer.status_code)
    if not answer.headers.get("Content-Type", "").startswith(("application/json", "text/")):
        return answer.content
    try:
        said = answer.json()
    except ValueError:
        raise Lost("回音看不懂") from None
    code = errcode(said)
    if code in TOKEN_REFUSED:
        raise TokenRefused(code)
    raise judged(code, str(said.get("errmsg", "")), side) or Lost("回音看不懂")


def _fetched(answer: requests.Response, name: str, side: str) -> Fetched:
    """The token in the answer to its fetch. Raises Later: a fetch may be repeated."""
    if answer.status_code != 200:
        raise Later(f"取令牌没有成（HTTP {answer.status_code}）", SHORTLY, whole=True)
    try:
        body = answer.json()
        code = errcode(body)
        if code == 0:
            return Fetched(str(body[name]), max(1, int(body["expires_in"])))
    except (Lost, ValueError, KeyError, TypeError):
        raise Later("取令牌的回音看不懂", SHORTLY, whole=True) from None
    if code in SECRET_REFUSED:
        raise Later(f"{SIDES[side]}不给令牌：{SECRET_REFUSED[code]}（{code}）", LONG, whole=True)
    trouble = judged(code, str(body.get("errmsg", "")), side)
    after = trouble.after if isinstance(trouble, Later) else LONG
    raise Later(getattr(trouble, "reason", ""), max(after, SHORTLY), whole=True)


def _heard(wire: Wire, method: str, url: str, **given: Any) -> requests.Response:
    try:
        return wire.request(method, url, **given)
    except requests.RequestException as trouble:
        silence = asked_again(heard_nothing(trouble))
        raise Later(silence.reason, max(silence.after, SHORTLY), whole=True) from None


class Official(Bounded, WeChatClient):
    """The official account (服务号), by stable_token: everybody gets the same token until it is renewed."""

    side = "official"

    def __init__(self, app_id: str, secret: str, wire: Wire) -> None:
        WeChatClient.__init__(self, app_id, secret, auto_retry=False)
        self._http, self.source = wire, Source(self.side, app_id, secret, self.fetch_access_token)

    def fetch_access_token(self) -> Fetched:
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        url = "https://api.weixin.qq.com/cgi-bin/stable_token"
        return _fetched(_heard(self._http, "POST", url, json=asked), "access_token", self.side)


class Work(Bounded, WorkWeChatClient):
    """A WeCom application (`app`) or 客户联系 (`contact`): each has its own secret and token."""

    def __init__(self, side: str, corp_id: str, secret: str, wire: Wire) -> None:
        WorkWeChatClient.__init__(self, corp_id, secret, auto_retry=False)
        self.side = side
        self._http, self.source = wire, Source(side, corp_id, secret, self.fetch_access_token)

    def fetch_access_token(self) -> Fetched:
        asked = {"corpid": self.corp_id, "corpsecret": self.secret}
        url = "https://qyapi.weixin.qq.com/cgi-bin/gettoken"
        return _fetched(_heard(self._http, "GET", url, params=asked), "access_token", self.side)


class SignIn(WeChatOAuth):
    """网页授权 of the official account, with a timeout, which wechatpy lacks."""

    def __init__(self, app_id: str, secret: str, wire: Wire, redirect_uri: str = "", state: str = "") -> None:
        super().__init__(app_id, secret, redirect_uri, "snsapi_base", state)
        self._http = wire
        self.OAUTH_BASE_URL = f"{wire.hosts['open.weixin.qq.com'].rstrip('/')}/connect/"  # for the browser, not for us

    def asked(self, code: str) -> dict[str, Any]:
        """Who brought this code. Raises Later, Never, Gone or Lost."""
        try:
            return dict(self.fetch_access_token(code))
        except WeChatClientException as refused:
            trouble = _read(refused, "official")
            raise (trouble if isinstance(trouble, TROUBLES) else Lost("回音看不懂")) from None
        except requests.RequestException as trouble:
            raise heard_nothing(trouble) from None
        except (ValueError, KeyError, TypeError):
            raise Lost("回音看不懂") from None

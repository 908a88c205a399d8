"""The HTTP session under every object of wechatpy: hosts from the settings, and a timeout for every call.

wechatpy 2.0.0a26 fetches tokens and signs in without a timeout, and hard-codes Tencent's hosts.
"""

import math
import ssl
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from governance.core.config import Settings
from governance.wechat.answers import Later, Lost
from governance.wechat.circuit_breaker import AWAY, host

CONNECT = 2.0  # seconds
MOST = 8 << 20  # bytes of an answer
TOO_LONG, BROKEN = "等了太久没有回音", "发出以后连接断了，没有回音"
BEFORE_SENDING = (NewConnectionError, NameResolutionError, ssl.SSLCertVerificationError)


def hosts(settings: Settings) -> dict[str, str]:
    """The address at which each of Tencent's hosts is reached."""
    return {
        "api.weixin.qq.com": settings.wechat_api_base,
        "open.weixin.qq.com": settings.wechat_open_base,
        "qyapi.weixin.qq.com": settings.wecom_api_base,
    }


class IsAway(requests.RequestException):
    """Not sent: the circuit breaker of the host is open for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Wire(requests.Session):
    """A session without redirects and cookies in which no call lasts longer than `seconds`.

    The limit is for the whole answer: a server that sends a byte now and then is cut off too. A host whose circuit
    breaker is open is not called.
    """

    def __init__(self, hosts: Mapping[str, str], seconds: float) -> None:
        super().__init__()
        self.hosts, self.seconds = hosts, seconds
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=64))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests` does it; wechatpy sends everything through it."""
        address = moved(str(url), self.hosts)
        there = host(address)
        if not there.may_ask():
            raise IsAway(there.rests)
        try:
            answer = self._answer(method, address, *args, **kwargs)
        except requests.RequestException:
            there.was_silent()
            raise
        there.heard(answer.status_code)
        return answer

    def _answer(self, method: Any, address: str, *args: Any, **kwargs: Any) -> requests.Response:
        seconds = kwargs.get("timeout") or self.seconds
        until = time.monotonic() + seconds
        kwargs |= {"timeout": (min(CONNECT, seconds), seconds), "allow_redirects": False, "stream": True}
        answer = super().request(method, address, *args, **kwargs)
        try:
            answer._content, answer._content_consumed = _body(answer, until), True
        finally:
            answer.close()
        return answer


def moved(url: str, hosts: Mapping[str, str]) -> str:
    """The same request at the address the settings give for its host."""
    asked = urlsplit(url)
    base = hosts.get(asked.hostname or "")
    return f"{base.rstrip('/')}{urlunsplit(('', '', asked.path, asked.query, ''))}" if base else url


def _body(answer: requests.Response, until: float) -> bytes:
    parts, size = [], 0
    sock = getattr(getattr(answer.raw, "connection", None), "sock", None)
    if sock is not None:
        sock.settimeout(max(0.1, until - time.monotonic()))
    try:
        while part := answer.raw.read1(65_536, decode_content=True):
            parts.append(part)
            size += len(part)
            if time.monotonic() > until or size > MOST:
                raise requests.ReadTimeout(TOO_LONG)
    except (ReadTimeoutError, TimeoutError):
        raise requests.ReadTimeout(TOO_LONG) from None
    except (HTTPError, OSError) as trouble:
        raise requests.ConnectionError(type(trouble).__name__) from None
    return b"".join(parts)


def heard_nothing(trouble: requests.RequestException) -> Later | Lost:
    """The outcome without an answer. The error's own words are never shown: they hold addresses with secrets."""
    if isinstance(trouble, IsAway):
        return Later(AWAY, math.ceil(trouble.seconds), whole=True)
    if isinstance(trouble, requests.ConnectTimeout) or isinstance(_cause(trouble), BEFORE_SENDING):
        return Later("连不上对方", whole=True)
    return Lost(TOO_LONG if isinstance(trouble, requests.Timeout) else BROKEN)


def _cause(trouble: BaseException) -> Any:
    """The innermost exception."""
    inner = getattr(trouble, "reason", None) or next(iter(trouble.args), None)
    return _cause(inner) if isinstance(inner, BaseException) else trouble

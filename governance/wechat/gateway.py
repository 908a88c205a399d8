"""The one way to call WeChat or WeCom: a side, a path as in the official documents, and an answer.

The exceptions are data (`answers.py`): Later (not done, retry), Never and Gone (not done, do not retry), Lost
(unknown). Call it with no transaction open, inside an application context. Every call ends within a few seconds.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from flask import Flask, current_app

from governance.core.config import Settings
from governance.wechat import circuit_breaker
from governance.wechat.answers import Later, Lost, Never, asked_again
from governance.wechat.clients import Official, SignIn, TokenRefused, Work, contents
from governance.wechat.http import Wire, heard_nothing, hosts
from governance.wechat.tokens import Fetched, Source

SECONDS = 5.0  # for one answer; an upload may take longer
UPLOAD_SECONDS = 30.0
SIGN_IN_SECONDS = 3.0  # somebody stands before the page and waits
IN_PAGES = 3  # of a web process's threads, which may wait for WeChat while somebody's page waits for them
HOSTS = {"official": "api.weixin.qq.com", "app": "qyapi.weixin.qq.com", "contact": "qyapi.weixin.qq.com"}


def host_of(settings: Settings, side: str) -> circuit_breaker.Host:
    """The host of a side and whether it can be reached."""
    return circuit_breaker.host(hosts(settings)[HOSTS[side]])


class Gateway:
    """One per process. A side without credentials does not exist: ask `has` before."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self._hosts = settings, hosts(settings)
        self._wire, self.rests_until = Wire(self._hosts, SECONDS), 0.0
        self._in_pages = threading.BoundedSemaphore(IN_PAGES)
        self._clients: dict[str, Official | Work] = {}
        if settings.wechat_app_id:
            self._clients["official"] = Official(settings.wechat_app_id, settings.wechat_app_secret, self._wire)
        for side, secret in (("app", settings.wecom_app_secret), ("contact", settings.wecom_contact_secret)):
            if secret:
                self._clients[side] = Work(side, settings.wecom_corp_id, secret, self._wire)

    def has(self, side: str) -> bool:
        return side in self._clients

    def host(self, side: str) -> circuit_breaker.Host:
        return host_of(self.settings, side)

    @contextmanager
    def in_a_page(self) -> Iterator[None]:
        """For calls while a page waits: only a few at a time. Raises Never for the others."""
        if not self._in_pages.acquire(blocking=False):
            raise Never(0, "这会儿问的人太多")
        try:
            yield
        finally:
            self._in_pages.release()

    def call(
        self,
        side: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        method: str = "POST",
    ) -> dict[str, Any]:
        """One call; once more with another token when the token was refused. Raises Later, Never, Gone or Lost."""
        given: dict[str, Any] = {"params": dict(params or {})}
        if json is not None:
            given |= {"data": dict(json), "headers": {"Content-Type": "application/json"}}
        if files is not None:
            given |= {"files": dict(files), "timeout": UPLOAD_SECONDS}
        client, url = self._client(side), f"https://{HOSTS[side]}{path}"
        token = client.source.token()
        try:
            return client.asked(method, url, token, **given)
        except TokenRefused:
            token = client.source.token(refused=token)
        try:
            return client.asked(method, url, token, **given)
        except TokenRefused:
            raise client.source.refused_again(token) from None

    def read(self, side: str, path: str, **given: Any) -> dict[str, Any]:
        """A call without effect: a lost answer is retried."""
        try:
            return self.call(side, path, **({"method": "GET"} | given))
        except Lost as lost:
            raise asked_again(lost) from None

    def file(self, side: str, path: str, **params: str) -> bytes:
        """A file they keep for us. Raises Later, Never or Gone; a lost answer is retried."""
        client = self._client(side)
        token = client.source.token()
        try:
            return self._file(side, path, token.token or "", params)
        except TokenRefused:
            token = client.source.token(refused=token)
        try:
            return self._file(side, path, token.token or "", params)
        except TokenRefused:
            raise client.source.refused_again(token) from None

    def _file(self, side: str, path: str, token: str, params: dict[str, str]) -> bytes:
        url = f"https://{HOSTS[side]}{path}"
        try:
            answer = self._wire.request("GET", url, params=params | {"access_token": token}, timeout=UPLOAD_SECONDS)
        except requests.RequestException as trouble:
            raise asked_again(heard_nothing(trouble)) from None
        return contents(answer, side)

    def sign_in(self, redirect_uri: str = "", state: str = "") -> SignIn:
        """网页授权 of the official account."""
        if not self.has("official"):
            raise Never(0, "没有接公众号")
        app_id, secret = self.settings.wechat_app_id, self.settings.wechat_app_secret
        return SignIn(app_id, secret, Wire(self._hosts, SIGN_IN_SECONDS), redirect_uri, state)

    def ticket(self) -> str:
        """The official account's JS-SDK ticket, shared like a token. Raises Later or Never."""
        settings = self.settings
        source = Source("official.jsapi", settings.wechat_app_id, settings.wechat_app_secret, self._fetch_ticket)
        return source.token().token or ""

    def _fetch_ticket(self) -> Fetched:
        answer = self.read("official", "/cgi-bin/ticket/getticket", params={"type": "jsapi"})
        try:
            return Fetched(str(answer["ticket"]), max(1, int(answer["expires_in"])))
        except (KeyError, TypeError, ValueError):
            raise Later("回音看不懂") from None

    def _client(self, side: str) -> Official | Work:
        if side not in self._clients:
            raise Never(0, "没有接公众号" if side == "official" else "没有接企业微信")
        return self._clients[side]


def init_app(app: Flask) -> None:
    app.extensions["wechat"] = Gateway(app.extensions["settings"])


def gateway() -> Gateway:
    found: Gateway = current_app.extensions["wechat"]
    return found

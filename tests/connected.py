"""An application that has an official account and a WeCom corporation, at a loopback WeChat of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from governance.wechat.gateway import Gateway, init_app
from tests.peers import wechat as peer
from tests.peers.wechat import WeChat


def credentials(url: str) -> dict[str, str]:
    """The settings of a deployment that has both."""
    bases = dict.fromkeys(("wechat_api_base", "wechat_open_base", "wecom_api_base"), url)
    official = {"wechat_app_id": peer.APP_ID, "wechat_app_secret": peer.APP_SECRET}
    work = {"wecom_corp_id": peer.CORP_ID, "wecom_agent_id": peer.AGENT_ID, "wecom_app_secret": peer.WORK_SECRET}
    return bases | official | work | {"wecom_contact_secret": peer.CONTACT_SECRET}


def connect(app: Flask, url: str) -> Gateway:
    for name, value in credentials(url).items():
        setattr(app.extensions["settings"], name, value)
    init_app(app)
    made: Gateway = app.extensions["wechat"]
    return made


@pytest.fixture
def wechat() -> Iterator[WeChat]:
    with WeChat() as running:
        yield running


@pytest.fixture
def gateway(app: Flask, wechat: WeChat) -> Gateway:
    return connect(app, wechat.url)

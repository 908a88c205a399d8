"""Sends an answer: to a person through the gateway, or to the response address in a robot's message.

Both raise Later, Never, Gone or Lost. The address is valid once and for an hour
(developer.work.weixin.qq.com/document/path/101138).
"""

import json
from datetime import timedelta

import requests
from flask import current_app

from governance.core.config import Settings
from governance.wechat.address import to_tencent
from governance.wechat.answers import Lost, Never, errcode, judged, judged_status
from governance.wechat.gateway import SECONDS, gateway
from governance.wechat.http import Wire, heard_nothing

WHILE_ASKED = timedelta(seconds=20)  # WeCom asks a stream again every second or so; who asked has it by then
LONGEST = {"official": 2048, "app": 2048}  # bytes of one text
CUSTOM, MESSAGE = "/cgi-bin/message/custom/send", "/cgi-bin/message/send"


def to_person(side: str, name: str, words: str) -> None:
    """Send to an openid (a customer-service message) or a userid."""
    said = {"touser": name, "msgtype": "text", "text": {"content": words}}
    if side == "official":
        gateway().call(side, CUSTOM, json=said)
        return
    agent = _settings().wecom_agent_id
    gateway().call(side, MESSAGE, json=said | {"agentid": int(agent) if agent.isdecimal() else 0})


def to_address(address: str, words: str) -> None:
    """Send to the response address of a robot's message; only at WeCom itself."""
    given = to_tencent(address, _settings().wecom_api_base)
    if given is None or not given.path.endswith("/aibot/response"):
        raise Never(0, "这个地址不是企业微信的")
    said = {"msgtype": "markdown", "markdown": {"content": words}}
    body = json.dumps(said, ensure_ascii=False).encode()
    try:
        answer = Wire({}, SECONDS).request("POST", address, data=body, headers={"Content-Type": "application/json"})
    except requests.RequestException as trouble:
        raise heard_nothing(trouble) from None
    _read(answer)


def _read(answer: requests.Response) -> None:
    if answer.status_code != 200:
        raise judged_status(answer.status_code)
    try:
        said = answer.json()
    except ValueError:
        raise Lost("回音看不懂") from None
    trouble = judged(errcode(said), str(said.get("errmsg", "")), "robot")
    if trouble:
        raise trouble


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found

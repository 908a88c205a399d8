"""Fetches photos that were sent to us: from the platform by media id, or from the address in a robot's message.

A robot's files are encrypted with its key, or with a key of their own over the long connection
(developer.work.weixin.qq.com/document/path/100719). Only Tencent's hosts are followed.
"""

import requests
import structlog
from flask import current_app

from governance.core.photos.headers import ENOUGH, kind_of
from governance.wechat.address import to_tencent
from governance.wechat.answers import Gone, Lost, Never, asked_again
from governance.wechat.envelope import Envelope, Unreadable, is_aes_key
from governance.wechat.gateway import gateway
from governance.wechat.http import Wire, heard_nothing
from governance.wechat.inbound import Photo

log = structlog.get_logger()
SECONDS = 15.0
HOSTS = (".qq.com", ".qpic.cn", ".myqcloud.com")
MEDIA = "/cgi-bin/media/get"


def fetch(side: str, photo: Photo, aes_key: str) -> bytes | None:
    """The photo's bytes; None when there are none to have, with a line in the log. Raises Later."""
    data = _download(photo.url) if photo.url else _kept(side, photo.media_id)
    if data and kind_of(data[:ENOUGH]) is None:
        data = _opened(data, (photo.aes_key or aes_key).rstrip("="))
    if not data or kind_of(data[:ENOUGH]) is None:
        log.warning("photo.not_had", side=side)
        return None
    return data


def _kept(side: str, media_id: str) -> bytes | None:
    try:
        return gateway().file(side, MEDIA, media_id=media_id)
    except (Never, Gone, Lost):
        return None


def _opened(data: bytes, aes_key: str) -> bytes | None:
    if not is_aes_key(aes_key):
        return None
    try:
        return Envelope("", aes_key).open_file(data)
    except Unreadable:
        return None


def _download(url: str) -> bytes | None:
    if to_tencent(url, current_app.extensions["settings"].wecom_api_base, HOSTS) is None:
        return None
    try:
        answer = Wire({}, SECONDS).request("GET", url)
    except requests.RequestException as trouble:
        raise asked_again(heard_nothing(trouble)) from None
    return answer.content if answer.status_code == 200 else None

"""Fetching photos that were sent to us: from the platform by number, or from the address a robot's message names.

A robot's files lie enciphered with its key, or with one of their own over the long connection
(developer.work.weixin.qq.com/document/path/100719). Addresses are followed to Tencent's own hosts only.
"""

import http.client

import structlog

from governance.core.config import Settings
from governance.core.photo_heads import ENOUGH, kind_of
from governance.wechat import address
from governance.wechat.envelope import Envelope, Unreadable, is_aes_key
from governance.wechat.inbound import Photo

log = structlog.get_logger()
LARGEST = 15 << 20
TIMEOUT = 10.0
HOSTS = (".qq.com", ".qpic.cn", ".myqcloud.com")


def fetch(settings: Settings, side: str, photo: Photo, aes_key: str) -> bytes | None:
    """The photo's bytes; None when it cannot be had, which is said in the log."""
    if not photo.url:
        return None
    data = _download(settings, photo.url)
    if data is None:
        log.warning("photo.not_fetched", side=side)
        return None
    return data if kind_of(data[:ENOUGH]) else _opened(data, photo.aes_key or aes_key)


def _opened(data: bytes, aes_key: str) -> bytes | None:
    if not is_aes_key(aes_key.rstrip("=")):
        return None
    try:
        return Envelope("", aes_key.rstrip("=")).open_file(data)
    except Unreadable:
        return None


def _download(settings: Settings, url: str) -> bytes | None:
    asked = address.to_tencent(url, settings.wecom_api_base, HOSTS)
    if asked is None:
        return None
    kind = http.client.HTTPSConnection if asked.scheme == "https" else http.client.HTTPConnection
    connection = kind(asked.netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", f"{asked.path or '/'}?{asked.query}" if asked.query else asked.path or "/")
        answer = connection.getresponse()
        data = answer.read(LARGEST + 64)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return data if answer.status == 200 and len(data) < LARGEST + 64 else None

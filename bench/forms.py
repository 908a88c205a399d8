"""The report form as a new phone fills it in."""

import re
from typing import Any

from bench.asking import SITE, request


def cookie_of(headers: dict[str, str]) -> str:
    return headers["Set-Cookie"].partition(";")[0]


def filled_in(code: str, page: bytes, cookie: str) -> dict[str, Any]:
    """The form on this page, ready to be sent."""
    html = page.decode()
    fields = dict(re.findall(r'name="(csrf_token|submission|at)"[^>]*value="([^"]*)"', html))
    assert set(fields) >= {"csrf_token", "submission"}, fields
    data = {"category": "light", "words": "三层到四层的楼道灯不亮", "where": "1单元3层", **fields}
    if "at" not in data:
        data["at"] = str(re.findall(r'<option value="(\d+)" selected', html)[0])
    sent = request(f"/c/{code}/report", method="POST", data=data, headers={"Cookie": cookie})
    return sent | {"HTTP_REFERER": f"{SITE}/"}

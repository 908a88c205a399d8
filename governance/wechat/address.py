"""Addresses in messages are followed only when they lead to Tencent, or to what stands for it in tests."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit


def to_tencent(address: str, api_base: str, hosts: Sequence[str] = ()) -> SplitResult | None:
    """The address, if it is on the API's own host or, by HTTPS, on a subdomain of these."""
    if not address.isascii() or any(char <= " " for char in address):
        return None
    try:
        asked, ours = urlsplit(address), urlsplit(api_base)
        plain = asked.port is None and asked.username is None
    except ValueError:
        return None
    below = asked.scheme == "https" and plain and (asked.hostname or "").endswith(tuple(hosts))
    return asked if (bool(hosts) and below) or (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc) else None

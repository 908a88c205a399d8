"""An envelope is opened only when it is surely theirs, fresh, for us and whole; every other is refused."""

import base64
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.wechat.envelope import LARGEST, WINDOW, Envelope, Signed, Unreadable, Untrusted, is_aes_key
from tests.peers.platform import AES_KEY, APP_ID, TOKEN, Platform

OURS = Envelope(TOKEN, AES_KEY, APP_ID)
THEIRS = Platform()
REFUSED = (Untrusted, Unreadable)


def opened(sealed: str, query: dict[str, str], envelope: Envelope = OURS) -> str:
    return envelope.open(Signed.of(query), sealed)


def test_the_vector_of_the_documentation_opens(monkeypatch) -> None:
    """developer.work.weixin.qq.com/document/path/90968: its signature, and its ciphertext."""
    theirs = Envelope("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
    sealed = (
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
        "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
        "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax"
        "5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGH"
        "BZZIs2pDBS8R07+qN+E7Q=="
    )
    monkeypatch.setattr(time, "time", lambda: 1409659813.0)
    signed = Signed("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149")
    assert "<Content><![CDATA[hello]]></Content>" in theirs.open(signed, sealed)


def test_what_the_platform_seals_opens_and_what_we_seal_opens_there() -> None:
    sealed = THEIRS.sealed("三层灯不亮💡")
    assert opened(sealed, THEIRS.signed(sealed)) == "三层灯不亮💡"
    sealed, signature, moment = OURS.seal('{"好": 1}', "n1")
    assert THEIRS.open({"encrypt": sealed, "msgsignature": signature, "timestamp": moment, "nonce": "n1"}) == {"好": 1}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.integers(0, 3), st.integers(0, 9999), st.integers(1, 93))
def test_any_byte_changed_anywhere_is_refused(words: str, part: int, at: int, shift: int) -> None:
    sealed = THEIRS.sealed(words)
    query = THEIRS.signed(sealed)
    parts = {"sealed": sealed, **query}
    name = sorted(parts)[part]
    at %= len(parts[name])
    other = chr(33 + (ord(parts[name][at]) - 33 + shift) % 94)  # another printable sign
    parts[name] = parts[name][:at] + other + parts[name][at + 1 :]
    with pytest.raises(REFUSED):
        opened(parts.pop("sealed"), parts)


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=0, max_size=200), st.integers(0, 12))
def test_whatever_is_inside_a_well_signed_envelope_nothing_but_a_refusal_comes_of_garbage(raw: bytes, blocks) -> None:
    for inside in (raw, THEIRS.enciphered(raw[: len(raw) // 16 * 16]), THEIRS.enciphered(bytes(16 * blocks))):
        sealed = base64.b64encode(inside).decode()
        with pytest.raises(REFUSED):
            opened(sealed, THEIRS.signed(sealed))


@pytest.mark.parametrize("padding", [0, 33, 255])
def test_padding_that_is_none_is_refused(padding: int) -> None:
    raw = bytes(16) + (2).to_bytes(4) + b"ok" + APP_ID.encode()
    missing = 32 - len(raw) % 32
    good, bad = raw + bytes([missing]) * missing, raw + bytes([padding]) * missing
    uneven = good[:-2] + bytes([missing ^ 1]) + good[-1:]
    for plain, works in ((good, True), (bad, False), (uneven, False)):
        sealed = base64.b64encode(THEIRS.enciphered(plain)).decode()
        if works:
            assert opened(sealed, THEIRS.signed(sealed)) == "ok"
        else:
            with pytest.raises(REFUSED):
                opened(sealed, THEIRS.signed(sealed))


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 200, 21])
def test_a_length_beyond_the_message_is_refused(length: int) -> None:
    raw = bytes(16) + length.to_bytes(4) + b"ok" + APP_ID.encode()
    missing = 32 - len(raw) % 32
    sealed = base64.b64encode(THEIRS.enciphered(raw + bytes([missing]) * missing)).decode()
    with pytest.raises(REFUSED):
        opened(sealed, THEIRS.signed(sealed))


@pytest.mark.parametrize("receive_id", ["", "wx0", APP_ID + "x", "wwanother", APP_ID[:-1]])
def test_a_message_for_somebody_else_is_refused(receive_id: str) -> None:
    sealed = THEIRS.sealed("<xml/>", receive_id)
    with pytest.raises(Untrusted):
        opened(sealed, THEIRS.signed(sealed))


@pytest.mark.parametrize(("late", "taken"), [(0, True), (WINDOW - 5, True), (WINDOW + 5, False), (86_400, False)])
def test_what_was_signed_too_long_ago_or_in_the_future_is_stale(late: int, taken: bool) -> None:
    for at in (time.time() - late, time.time() + late):
        sealed = THEIRS.sealed("ok")
        query = THEIRS.signed(sealed, at)
        if taken:
            assert opened(sealed, query) == "ok"
        else:
            with pytest.raises(Untrusted) as trouble:
                opened(sealed, query)
            assert trouble.value.reason == "stale"


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "x" * 300, "٣" * 40, "\ud800", "-1", "1e9", "0x10", " 1", "1\n"])
def test_an_address_of_another_shape_is_refused(name: str, value: str | None) -> None:
    sealed = THEIRS.sealed("ok")
    query = THEIRS.signed(sealed) | {name: value}
    with pytest.raises(Untrusted):
        opened(sealed, {key: text for key, text in query.items() if text is not None})


def test_another_token_or_another_key_opens_nothing() -> None:
    sealed = THEIRS.sealed("ok")
    other = AES_KEY[:-2] + "xE"
    with pytest.raises(Untrusted):
        opened(sealed, THEIRS.signed(sealed), Envelope("another", AES_KEY, APP_ID))
    with pytest.raises(REFUSED):
        opened(sealed, THEIRS.signed(sealed), Envelope(TOKEN, other, APP_ID))


def test_what_is_too_large_is_refused_unopened() -> None:
    sealed = "A" * (LARGEST + 4)
    with pytest.raises(Unreadable):
        opened(sealed, THEIRS.signed(sealed))


@pytest.mark.parametrize(
    ("text", "is_one"), [(AES_KEY, True), (AES_KEY[:-1], False), (AES_KEY + "=", False), ("好" * 43, False)]
)
def test_an_aes_key_is_43_symbols(text: str, is_one: bool) -> None:
    assert is_aes_key(text) is is_one


def test_a_file_opens_with_its_key_and_garbage_does_not() -> None:
    data = random.Random(3).randbytes(1000)
    missing = 32 - len(data) % 32
    assert OURS.open_file(THEIRS.enciphered(data + bytes([missing]) * missing)) == data
    for wrong in (b"", b"x" * 15, bytes(64)):
        with pytest.raises(Unreadable):
            OURS.open_file(wrong)

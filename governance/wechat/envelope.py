"""Verifies and decrypts callbacks of WeChat and WeCom, and encrypts our answers.

The scheme is WeCom's 加解密方案 (developer.work.weixin.qq.com/document/path/90968); the official account shares it.
It is SHA-1 over the sorted token, timestamp, nonce and ciphertext, and AES-256-CBC; the IV is the key's first 16 bytes.
The plaintext is random(16) + length(4, big endian) + message + receive id, padded to 32. The receive id is the appid,
the corp id, or empty for an intelligent robot. The signed timestamp limits how long a copy can be replayed.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from governance.core.errors import Forbidden, Problem
from governance.core.translation import LazyText as _l

WINDOW = 300  # seconds a callback may be old, or ahead of our clock
LARGEST = 64 << 10  # bytes of one callback; the longest message holds 2048 bytes of text
BLOCK = 32
SIGNATURE, INSTANT, NONCE = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9]{1,11}"), re.compile(r"[!-~]{1,128}")
AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


class Untrusted(Forbidden):
    """Not signed by them, not for us, or too old. `reason` is for the counter, never for the sender."""

    title = _l("不收")

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class Unreadable(Problem):
    """Signed, but not of a shape they send."""

    title, reason = _l("看不懂"), "malformed"


@dataclass(frozen=True)
class Signed:
    """The parameters of a callback's address. Raises Untrusted when they are malformed."""

    signature: str
    timestamp: str
    nonce: str

    @classmethod
    def of(cls, args: Mapping[str, str], name: str = "msg_signature") -> "Signed":
        read = cls(args.get(name, ""), args.get("timestamp", ""), args.get("nonce", ""))
        shapes = (SIGNATURE, INSTANT, NONCE)
        if not all(shape.fullmatch(part) for shape, part in zip(shapes, vars(read).values(), strict=True)):
            raise Untrusted("forged")
        return read


@dataclass(frozen=True)
class Envelope:
    """The callback secrets of one side; `receive_id` is whom its messages are for."""

    token: str
    aes_key: str
    receive_id: str = ""

    def check(self, signed: Signed, *sealed: str) -> None:
        """Raises Untrusted unless it was signed with our token, recently."""
        if not hmac.compare_digest(self._sign(signed.timestamp, signed.nonce, *sealed), signed.signature):
            raise Untrusted("forged")
        if abs(time.time() - int(signed.timestamp)) > WINDOW:
            raise Untrusted("stale")

    def open(self, signed: Signed, sealed: str) -> str:
        """The message inside. Raises Untrusted, or Unreadable when it holds none."""
        if not sealed.isascii() or len(sealed) > LARGEST:
            raise Unreadable
        self.check(signed, sealed)
        plain = self._unpadded(self._decrypted(sealed))
        length = int.from_bytes(plain[16:20])
        if len(plain) < 20 or length > len(plain) - 20:
            raise Unreadable
        if not hmac.compare_digest(plain[20 + length :], self.receive_id.encode()):
            raise Untrusted("forged")
        return utf8(plain[20 : 20 + length])

    def seal(self, message: str, nonce: str) -> tuple[str, str, int]:
        """Our answer: ciphertext, signature and timestamp."""
        body = message.encode()
        plain = secrets.token_bytes(16) + len(body).to_bytes(4) + body + self.receive_id.encode()
        missing = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode()
        moment = int(time.time())
        return sealed, self._sign(str(moment), nonce, sealed), moment

    def open_file(self, sealed: bytes) -> bytes:
        """A file that a robot was sent, with the same cipher and padding and no frame. Raises Unreadable."""
        if not sealed or len(sealed) % 16:
            raise Unreadable
        return self._unpadded(self._deciphered(sealed))

    def _sign(self, *parts: str) -> str:
        joined = "".join(sorted((self.token, *parts))).encode()
        return hashlib.sha1(joined, usedforsecurity=False).hexdigest()

    def _cipher(self) -> Any:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES256(key), modes.CBC(key[:16]))

    def _decrypted(self, sealed: str) -> bytes:
        try:
            data = base64.b64decode(sealed, validate=True)
        except binascii.Error as trouble:
            raise Unreadable from trouble
        if not data or len(data) % 16:
            raise Unreadable
        return self._deciphered(data)

    def _deciphered(self, data: bytes) -> bytes:
        decryptor = self._cipher().decryptor()
        return decryptor.update(data) + decryptor.finalize()

    @staticmethod
    def _unpadded(plain: bytes) -> bytes:
        count = plain[-1]
        if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
            raise Unreadable
        return plain[:-count]


def is_aes_key(text: str) -> bool:
    """Whether it is 43 symbols of base64 for exactly 32 bytes."""
    return bool(AES_KEY.fullmatch(text)) and len(base64.b64decode(text + "=")) == BLOCK


def utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as trouble:
        raise Unreadable from trouble

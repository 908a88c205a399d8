"""Encryption of personal columns (MultiFernet), keyed hashes for look-ups, random references."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, Text, TypeDecorator

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def init_app(app: Flask, secret_key: str, field_keys: str) -> None:
    app.extensions["field_fernet"] = MultiFernet([Fernet(key.strip()) for key in field_keys.split(",")])
    app.extensions["hash_key"] = hashlib.sha256(b"onecode.hash:" + secret_key.encode()).digest()


class Personal(TypeDecorator[str]):
    """A personal column: encrypted at rest. Masking, export, erasure and retention find it by this type."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _fernet().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _fernet().decrypt(value).decode()
        except InvalidToken as lost:
            raise RuntimeError("FIELD_KEYS holds no key for this row; restore the old key behind the new one") from lost


def sealed(data: bytes) -> bytes:
    """Encrypted bytes, for a file that waits in the media store and may hold secrets."""
    return _fernet().encrypt(data)


def opened(data: bytes) -> bytes:
    return _fernet().decrypt(data)


def _fernet() -> MultiFernet:
    fernet: MultiFernet = current_app.extensions["field_fernet"]
    return fernet


def keyed_hash(purpose: str, value: str) -> str:
    """An HMAC of 43 characters under this deployment's key. Hashes for different purposes cannot be compared."""
    mac = hmac.digest(current_app.extensions["hash_key"], f"{purpose}:{value}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def new_ref(symbols: int = 16) -> str:
    """A public reference of 5 random bits a symbol, easy to read out: 16 symbols are 80 bits."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(symbols))  # 32 divides 256


def masked_phone(phone: str | None) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) >= 7 else "****" if phone else ""


def masked_name(name: str | None) -> str:
    return name[0] + "＊" * (len(name) - 1) if name else ""

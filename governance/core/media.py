"""Where bytes live: a folder or an S3 bucket, by the same four verbs. What a key means is its writer's business."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from obstore.store import LocalStore, S3Store


def init_app(app: Flask, place: str) -> None:
    app.extensions["media"] = _store(place)


def _store(place: str) -> Any:
    if place.startswith("s3://"):
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix=prefix or None)
    Path(place).mkdir(parents=True, exist_ok=True)
    return LocalStore(place)


def put(key: str, data: bytes) -> None:
    current_app.extensions["media"].put(key, data)


def get(key: str) -> bytes:
    """The bytes under a key; FileNotFoundError when there are none."""
    return bytes(current_app.extensions["media"].get(key).bytes())


def delete(key: str) -> None:
    """Remove what is there; nothing there is fine."""
    with suppress(FileNotFoundError):
        current_app.extensions["media"].delete(key)


def keys(prefix: str, before: datetime | None = None) -> list[str]:
    """What lies under a prefix; with `before` only what was put there earlier."""
    found = [entry for page in current_app.extensions["media"].list(prefix) for entry in page]
    return [entry["path"] for entry in found if before is None or entry["last_modified"] < before]

"""The media store: a folder or an S3 bucket with put, get, delete and keys. The writer decides what a key means.

What `put` has returned from is durable, so a row that refers to it may be committed.
"""

import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from obstore.store import LocalStore, S3Store


def init_app(app: Flask, place: str) -> None:
    app.extensions["media"] = _store(place)
    app.extensions["media_folder"] = None if place.startswith("s3://") else Path(place)


def _store(place: str) -> Any:
    if place.startswith("s3://"):
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix=prefix or None)
    Path(place).mkdir(parents=True, exist_ok=True)
    return LocalStore(place)


def put(key: str, data: bytes) -> None:
    folder: Path | None = current_app.extensions["media_folder"]
    if folder is None:
        current_app.extensions["media"].put(key, data)  # a bucket answers when it is kept
    else:
        _write(folder / key, data)


def _write(file: Path, data: bytes) -> None:
    """Write the file atomically and sync it and its folder; the library's local store does not sync."""
    _make(file.parent)
    draft = file.with_name(f"{file.name}#{secrets.randbits(48)}")  # a name that listings leave out
    try:
        with draft.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _keep(file.parent)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _keep(folder.parent)


def _keep(folder: Path) -> None:
    """Sync a folder, so that its new entries survive a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def get(key: str) -> bytes:
    """The bytes under a key; FileNotFoundError when there are none."""
    return bytes(current_app.extensions["media"].get(key).bytes())


def delete(key: str) -> None:
    """Remove the bytes under a key, if there are any."""
    with suppress(FileNotFoundError):
        current_app.extensions["media"].delete(key)


def keys(prefix: str, before: datetime | None = None) -> list[str]:
    """The keys under a prefix; with `before`, only those put there earlier."""
    found = [entry for page in current_app.extensions["media"].list(prefix) for entry in page]
    return [entry["path"] for entry in found if before is None or entry["last_modified"] < before]

"""What media.put has taken is on the disk, whole, before anybody can commit a row that speaks of it."""

import os
from pathlib import Path

import pytest
from flask import Flask

from governance.core import media


@pytest.fixture
def folder(tmp_path: Path):
    """A media folder of its own, with an application that keeps its bytes there."""
    app = Flask("media")
    media.init_app(app, str(tmp_path / "media"))
    with app.app_context():
        yield tmp_path / "media"


@pytest.fixture
def done(folder: Path, monkeypatch) -> list[str]:
    """What is asked of the disk, in order."""
    asked: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(opened: int) -> None:
        asked.append(f"sync {Path(os.readlink(f'/proc/self/fd/{opened}')).relative_to(folder.parent)}")
        sync(opened)

    def replaced(draft: Path, file: Path) -> Path:
        asked.append(f"show {file.relative_to(folder.parent)}")
        return replace(draft, file)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replaced)
    return asked


def test_file_and_folders_are_on_the_disk_before_it_returns(folder: Path, done: list[str]) -> None:
    media.put("photos/ab/one.jpg", b"picture")
    drafts = [one for one in done if "#" in one]
    assert [one.split("#")[0] for one in drafts] == ["sync media/photos/ab/one.jpg"]
    assert [one for one in done if one not in drafts] == [
        "sync media",
        "sync media/photos",
        "show media/photos/ab/one.jpg",
        "sync media/photos/ab",
    ]
    assert done.index(drafts[0]) < done.index("show media/photos/ab/one.jpg")
    assert media.get("photos/ab/one.jpg") == b"picture"


def test_what_is_put_again_is_replaced_whole(folder: Path) -> None:
    media.put("photos/one", b"first")
    media.put("photos/one", b"second")
    assert media.get("photos/one") == b"second"
    assert media.keys("photos") == ["photos/one"]


def test_a_write_that_fails_leaves_what_was_there_and_no_draft(folder: Path, monkeypatch) -> None:
    media.put("photos/one", b"first")

    def full(_opened: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        media.put("photos/one", b"second")
    assert media.get("photos/one") == b"first"
    assert [file.name for file in (folder / "photos").iterdir()] == ["one"]


def test_a_draft_of_a_killed_writer_is_no_key(folder: Path) -> None:
    media.put("photos/one", b"first")
    (folder / "photos" / "two#12345").write_bytes(b"half")
    assert media.keys("photos") == ["photos/one"]

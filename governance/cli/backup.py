"""`backup` and `restore` of an embedded deployment: a snapshot of the database and the photos in one file.

The keys are left out, so that a stolen backup cannot decrypt its own personal columns.
"""

import argparse
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from governance.cli.parts import Commands
from governance.core.config import Settings, load
from governance.core.errors import Refused

DATABASE, MEDIA = "onecode.sqlite3", "media"


def add(commands: Commands) -> None:
    for name, run, help in (
        ("backup", _backup, "write database and photos to one .tar.gz while everything runs"),
        ("restore", _restore, "bring a backup back where there is no database yet"),
    ):
        parser = commands.add_parser(name, help=help)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.set_defaults(run=run, alone=True)


def _backup(args: argparse.Namespace) -> None:
    settings = load()
    source, media = _database(settings, "pg_dump -Fc -f FILE"), _media(settings)
    if not source.exists():
        raise Refused(f"没有 {source} 这个数据库")
    with tempfile.TemporaryDirectory(dir=args.file.resolve().parent) as folder:
        draft, copy = Path(folder) / "draft", Path(folder) / DATABASE
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)
        with tarfile.open(draft, "w:gz", compresslevel=3) as bundle:
            bundle.add(copy, DATABASE)
            if media.is_dir():
                bundle.add(media, MEDIA)
        draft.chmod(0o600)
        os.replace(draft, args.file)
    print(f"数据库和照片都在 {args.file}（{args.file.stat().st_size >> 10} KB）。SECRET_KEY 和 FIELD_KEYS 请另外保管")


def _restore(args: argparse.Namespace) -> None:
    settings = load()
    target, media = _database(settings, "pg_restore -d DATABASE FILE"), _media(settings)
    if not args.file.is_file():
        raise Refused(f"没有 {args.file} 这个文件")
    journal = target.with_name(f"{target.name}-wal")  # left behind, it would be taken for the restored one's
    if target.exists() or journal.exists() or (media.is_dir() and any(media.iterdir())):
        raise Refused(f"{target} 或 {media} 里已经有东西；先停下服务，把它们移开再恢复")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        found = _unpacked(args.file, Path(folder))
        if (found / MEDIA).is_dir():
            shutil.copytree(found / MEDIA, media, dirs_exist_ok=True)
        os.replace(found / DATABASE, target)
    print(f"恢复到 {target} 和 {media}")


def _unpacked(file: Path, folder: Path) -> Path:
    """The backup extracted into `folder`, when it is one and is complete."""
    try:
        with tarfile.open(file) as bundle:
            bundle.extractall(folder, filter="data")
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as copy:
            whole = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except (tarfile.TarError, EOFError, sqlite3.Error, OSError) as trouble:
        raise Refused(f"{file} 不是完好的备份：{trouble}") from trouble
    if not whole:
        raise Refused(f"{file} 里的数据库坏了")
    return folder


def _database(settings: Settings, instead: str) -> Path:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refused(f"这里用的是 PostgreSQL，请用它自己的工具：{instead}；照片在 MEDIA_URL，另外备份")
    return Path(url.database)


def _media(settings: Settings) -> Path:
    if settings.media.startswith("s3://"):
        raise Refused("照片在 S3 里，请用存储桶的版本或复制功能备份")
    return Path(settings.media)

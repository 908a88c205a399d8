"""What `bin/serve` does before web and worker start: schema, compressed static files, demo; then it prints the facts.

It is a process of its own, so that the one that waits for web and worker keeps none of the memory this takes.
"""

import json
import socket
import sys
from pathlib import Path

from sqlalchemy import select
from whitenoise.compress import Compressor

from governance import initial_data
from governance.core import migrations
from governance.core.config import ROOT, MissingSetting, Settings, load
from governance.core.db import db
from governance.demo import community
from governance.places.model import Code, Place
from governance.places.terminal import terminal
from governance.web.app import build


def main() -> int:
    try:
        settings = _addressed(load())
    except MissingSetting as trouble:
        print(trouble, file=sys.stderr)
        return 2
    migrations.upgrade(settings.database)
    compress(ROOT / "static")
    people = _demo(settings)
    print(json.dumps(_facts(settings, people)))
    return 0


def _addressed(settings: Settings) -> Settings:
    """With PORT=0 a free port is taken now, so that it can be printed and passed on."""
    if settings.port:
        return settings
    with socket.socket() as free:
        free.bind((settings.host, 0))
        return settings.model_copy(update={"port": free.getsockname()[1]})


def compress(folder: Path) -> None:
    """Put a .gz beside each static file, for those who accept it."""
    compressor = Compressor(quiet=True, use_brotli=False)
    for file in folder.rglob("*"):
        if file.is_file() and compressor.should_compress(file.name):
            list(compressor.compress(str(file)))


def _demo(settings: Settings) -> list[community.Account]:
    """Fill an empty database of a demo. Its accounts are kept beside it, so that a second start can name them."""
    kept = settings.var_dir / "demo_people"
    with build(settings).app_context():
        initial_data.install()
        if settings.is_demo and community.is_empty():
            kept.touch(mode=0o600)
            kept.write_text("".join("\t".join(account) + "\n" for account in community.fill(settings.demo_password)))
    lines = kept.read_text().splitlines() if settings.is_demo and kept.exists() else []
    return [community.Account(*line.split("\t")) for line in lines]


def _facts(settings: Settings, people: list[community.Account]) -> dict[str, object]:
    """Where to listen, the lines to print when it does, and a code for a terminal."""
    scans = [(f"{settings.base_url}/c/{code}", place) for code, place in _codes(settings)]
    persons = [(person.account, person.password, person.role, person.name) for person in people]
    return {
        "host": settings.host,
        "port": settings.port,
        "threads": settings.web_threads,
        "lines": [
            ("ready", settings.base_url),
            *(("scan", *scan) for scan in scans),
            *(("person", *person) for person in persons),
        ],
        "picture": terminal(scans[0][0]) if scans else "",
    }


def _codes(settings: Settings) -> list[tuple[str, str]]:
    with build(settings).app_context():
        query = select(Code.token, Place.name).join(Place).where(Code.state == "posted")
        buildings = query.where(Place.kind == "building").order_by(Code.place_id).limit(3)
        return [(row.token, row.name) for row in db.session.execute(buildings)]


if __name__ == "__main__":
    sys.exit(main())

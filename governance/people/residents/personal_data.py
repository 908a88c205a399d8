"""What is stored about a person: the list, the export, and erasure. All three walk the marks of the models."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from governance.core import media
from governance.core.db import db, empty_wal, locked, now
from governance.core.errors import Refused
from governance.core.jobs import NotYet, enqueue, job
from governance.core.personal import Found, Ids, Item, Section, erase, find, items, once, sections
from governance.core.translation import translate as _
from governance.core.web import page_cache
from governance.core.web.pages import clock, local
from governance.people import hooks
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person, Post
from governance.people.residents.verification import record_event

SHOWN = 10  # rows of a section on the page; the export has all
AGAIN = 5  # seconds until a reader is no longer in the way of the WAL


@dataclass(frozen=True)
class Part:
    """One section with what is stored in it; `more` rows are left out."""

    section: Section
    rows: list[list[Item]]
    more: int

    @property
    def purposes(self) -> list[str]:
        return once(item.mark.used_for for row in self.rows for item in row)


def ids_of(person_id: int | None) -> list[int]:
    """The person and all whom they were found to be."""
    found, fresh = set[int](), {person_id} if person_id else set()
    while fresh:
        found |= fresh
        fresh = set(db.session.scalars(select(Person.id).where(Person.merged_into_id.in_(fresh)))) - found
    return sorted(found)


def stored(ids: Ids, most: int = SHOWN) -> list[Part]:
    """What is stored about a person, without sections that hold nothing."""
    parts = []
    for section in sections() if ids else ():
        filled = [line for row in section.rows(ids) if (line := list(items(section, row)))]
        if filled:
            parts.append(Part(section, filled[:most], max(0, len(filled) - most)))
    return parts


def export(ids: Ids) -> bytes:
    """A ZIP: `data.json` with readable names, and the photos."""
    whole: dict[str, list[dict[str, Any]]] = {}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in sections() if ids else ():
            for row in section.rows(ids):
                line = {str(item.mark.label): _plain(item.whole) for item in items(section, row)}
                line |= _pack(archive, section, row)
                if line:
                    whole.setdefault(str(section.title), []).append(line)
        text = json.dumps(whole, ensure_ascii=False, indent=2)
        archive.writestr("data.json", text)
    return packed.getvalue()


def _pack(archive: zipfile.ZipFile, section: Section, row: Any) -> dict[str, str]:
    """Put the files of a row into the archive; the name of the one that is there."""
    for key, name in (section.files(row) if section.files else {}).items():
        if name:
            try:
                archive.writestr(name, media.get(key))
            except FileNotFoundError:
                continue
            return {_("文件"): name}
    return {}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, bool | int | float | str | dict | list) else str(value)


def erase_myself(by: Viewer) -> list[Found]:
    """Erase everything about the resident of this device. Call it inside `writing()`, then `scrub` outside it."""
    person = locked(db.session.get_one(Person, by.person_id))
    return erase_person(person, by)


def erase_person(person: Person, by: Viewer) -> list[Found]:
    """Raises Refused for staff, whose acts are the community's record. Call it inside `writing()`."""
    ids = ids_of(person.id)
    if _works_here(ids):
        raise Refused("这是工作账号，不能这样删除；请先结束岗位、停用账号")
    place = person.known_place
    found = erase_rows(find(ids))
    person = db.session.get_one(Person, person.id)
    person.erased_at = now()
    if place is not None:
        record_event(person, "erase", place, Viewer(label=by.label, staff_id=by.staff_id))
    return found


def erase_rows(found: Sequence[Found]) -> list[Found]:
    """Erase what was found, with a job for the files and the WAL should this process die before `scrub`."""
    hooks.person_erased(list(found))
    erase(found)
    enqueue("people.scrub", keys=_keys(found))
    return list(found)


def _keys(found: Sequence[Found]) -> list[str]:
    return [key for each in found for key in each.files]


def _works_here(ids: Ids) -> bool:
    account = select(Identity.person_id).where(Identity.person_id.in_(ids), Identity.kind == "account")
    post = select(Post.person_id).where(Post.person_id.in_(ids))
    return db.session.scalar(account.union(post).limit(1)) is not None


def scrub(found: Sequence[Found]) -> None:
    """After the commit: the files go, pages kept in memory go, and SQLite's WAL is emptied."""
    _scrub(_keys(found))


@job("people.scrub", tries=20)
def scrub_later(keys: list[str]) -> None:
    if not _scrub(keys):
        raise NotYet(AGAIN)


def _scrub(keys: Sequence[str]) -> bool:
    for key in keys:
        media.delete(key)
    page_cache.clear()
    return empty_wal()


def counted(found: Sequence[Found]) -> list[tuple[str, int]]:
    """What an erasure concerns, for a dry run: the title of each section and how many rows."""
    return [(str(each.section.title), len(each.keys)) for each in found]


def as_read(value: Any) -> Any:
    """A value as a page says it."""
    if isinstance(value, datetime):
        return clock(value)
    return value.isoformat() if isinstance(value, date) else value

"""Photos: staged in quarantine, cleaned by the job worker, then shown. A photo that cannot be cleaned is refused.

core/photos/clean.py cleans photos. A staged photo belongs to its sender and a submission. Staging is idempotent: the
same photo under the same submission returns the same row.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import FileStorage

from governance.core import media
from governance.core.crypto import new_ref
from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Missing
from governance.core.jobs import enqueue, job
from governance.core.photos.clean import MOST_BYTES, Box, Unclean, clean, glance
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.model import Person
from governance.places.actions import freshen
from governance.tickets.model import Photo, Ticket
from governance.tickets.record import record_event
from governance.tickets.reporting.reports import MOST_PHOTOS
from governance.tickets.responses import feedback

log = structlog.get_logger()
FORGOTTEN = timedelta(days=2)  # how long a staged photo waits for its report


def stage(by: Viewer, submission: str, file: FileStorage) -> Photo:
    """Put one photo into quarantine under a submission. Raises Invalid at `photos`. Call it inside `writing()`."""
    data = file.stream.read(MOST_BYTES + 1)
    try:
        glance(data)
    except Unclean as refusal:
        raise Invalid({"photos": refusal.message}) from refusal
    person, digest = by.staff_id or by.person_id, hashlib.sha256(data).hexdigest()
    db.session.get_one(Person, person, with_for_update={"key_share": True})  # concurrent requests stage one photo
    same = select(Photo).filter_by(person_id=person, submission=submission, digest=digest)
    if (photo := db.session.scalars(same).first()) is not None:
        return photo
    if len(staged(by, submission)) >= MOST_PHOTOS:
        raise Invalid({"photos": _l("最多 %(count)s 张照片", count=MOST_PHOTOS)})
    photo = Photo(key=new_ref(24), person_id=person, submission=submission, digest=digest)
    media.put(quarantine(photo), data)
    db.session.add(photo)
    db.session.flush()
    enqueue("tickets.clean_photo", photo_id=photo.id)
    return photo


def staged(by: Viewer, submission: str) -> list[Photo]:
    """Return the photos under a submission that this device or member of staff sent and no ticket has."""
    mine = (by.person_id, by.staff_id)
    query = select(Photo).where(Photo.person_id.in_(mine), Photo.submission == submission, Photo.ticket_id.is_(None))
    return list(db.session.scalars(query.order_by(Photo.id)))


def _count(person_id: int, submission: str) -> int:
    """Count the photos of a submission, attached or not."""
    query = select(func.count()).select_from(Photo).filter_by(person_id=person_id, submission=submission)
    return db.session.scalar(query) or 0


def remove(by: Viewer, submission: str, key: str) -> None:
    """Delete one staged photo of the sender. Does nothing if the photo is missing or attached to a ticket."""
    with writing():
        for photo in staged(by, submission):
            if photo.key == key:
                _forget(photo)


def follow(ticket: Ticket, by: Viewer, submission: str, file: FileStorage) -> Photo:
    """Attach a photo that arrives after the words of a report or of 补一句. Idempotent.

    A photo of the report's own submission joins the report before the first look; every other counts as 补一句.
    Raises Invalid at `photos`. Call it inside `writing()`.
    """
    locked(ticket)
    own = submission == ticket.submission
    require(by, "ticket.late_photo" if own else "ticket.more", ticket)
    if not own and not feedback.said_more(ticket, by, submission):
        raise Missing
    photo = stage(by, submission, file)
    if photo.ticket_id is None:
        if _count(photo.person_id, submission) > MOST_PHOTOS:
            raise Invalid({"photos": _l("最多 %(count)s 张照片", count=MOST_PHOTOS)})
        shown_with_report = own and ticket.checked_at is None
        photo.ticket_id, photo.step = ticket.id, "report" if shown_with_report else "more"
        record_event(ticket, "photo" if shown_with_report else "more", by, photos=1)
    return photo


def cover(ticket: Ticket, by: Viewer, key: str, boxes: Sequence[Box], reason: str) -> None:
    """Black out parts of a photo, for everybody and for good. The picture gets a new address; the old files go.

    Raises Missing for a photo that is not there any more, or not cleaned yet.
    """
    require(by, "ticket.cover", ticket)
    before = db.session.scalars(select(Photo).filter_by(ticket_id=ticket.id, key=key, state="clean")).first()
    if before is None:
        raise Missing
    whole = picture(before, "full")
    db.session.rollback()  # hold no transaction during the drawing
    covered = clean(whole, boxes)
    with writing():
        locked(ticket)
        photo = db.session.scalars(select(Photo).filter_by(ticket_id=ticket.id, key=key).with_for_update()).first()
        if photo is None:  # covered or erased by somebody else meanwhile
            raise Missing
        old, photo.key = list(files_of(photo)), new_ref(24)
        media.put(address(photo, "full"), covered.full)
        media.put(address(photo, "thumb"), covered.thumb)
        record_event(ticket, "cover", by, words=reason, boxes=len(boxes))
        enqueue("tickets.drop_files", keys=old)  # should this process die before it has
    drop_files(old)


@job("tickets.drop_files", tries=20)
def drop_files(keys: list[str]) -> None:
    """Delete files of the media store that no row names any more."""
    for key in keys:
        media.delete(key)


def to_send_again(viewer: Viewer) -> dict[int, AnyText]:
    """The tickets for which this person's photo was refused later and none came after it, each with the reason."""
    if viewer.person_id is None:
        return {}
    after = aliased(Photo)
    later = exists().where(after.ticket_id == Photo.ticket_id, after.person_id == Photo.person_id, after.id > Photo.id)
    mine = select(Photo).where(Photo.person_id == viewer.person_id, Photo.ticket_id.is_not(None))
    found = db.session.scalars(mine.where(Photo.state == "refused", ~later.where(after.step == "more")))
    return {photo.ticket_id: photo.reason or _l("打不开") for photo in found if photo.ticket_id}


def quarantine(photo: Photo) -> str:
    return f"quarantine/{photo.key}"


def address(photo: Photo, size: str) -> str:
    """Return the storage key of a cleaned photo in size `full` or `thumb`."""
    return f"photos/{photo.key[:2]}/{photo.key}-{size}.jpg"


def files_of(photo: Photo) -> dict[str, str]:
    """Map the storage key of each file to its name in an export; an empty name keeps the file out of it."""
    whole = f"photos/{photo.id}.jpg" if photo.shows else ""
    return {address(photo, "full"): whole, address(photo, "thumb"): "", quarantine(photo): ""}


def picture(photo: Photo, size: str) -> bytes:
    """Return the bytes of a cleaned photo. Logs a warning and raises Missing if the store has lost the file."""
    try:
        return media.get(address(photo, size))
    except FileNotFoundError as gone:
        log.warning("photo.gone", photo=photo.id)
        raise Missing from gone


@job("tickets.clean_photo", lease=60, tries=5)
def clean_photo(photo_id: int) -> None:
    """Clean the photo, or refuse it with a reason. Deletes the original in both cases."""
    photo = db.session.get(Photo, photo_id)
    if photo is None:
        return
    db.session.expunge(photo)
    db.session.rollback()  # hold no transaction during the slow cleaning
    if photo.state == "quarantine":
        _clean(photo)
    media.delete(quarantine(photo))  # also after a worker died between row update and file deletion


def _clean(photo: Photo) -> None:
    try:
        cleaned = clean(media.get(quarantine(photo)))
    except Unclean as trouble:
        _settle(photo, state="refused", reason=trouble.message.in_chinese[:80])
    else:
        media.put(address(photo, "full"), cleaned.full)
        media.put(address(photo, "thumb"), cleaned.thumb)
        _settle(photo, state="clean", width=cleaned.width, height=cleaned.height)


def _settle(cleaned: Photo, **values: object) -> None:
    """Save the outcome. Deletes the files of a photo whose row was erased in the meantime."""
    with writing():
        photo = db.session.get(Photo, cleaned.id, with_for_update={"of": Photo})
        if photo is None:
            for key in files_of(cleaned):
                media.delete(key)
            return
        for name, value in values.items():
            setattr(photo, name, value)
        ticket = db.session.get(Ticket, photo.ticket_id) if photo.ticket_id else None
        if ticket is not None and photo.state == "refused":
            record_event(ticket, "photo_refused", SYSTEM, words=photo.reason or "", sender=photo.person_id)
        elif ticket is not None and not ticket.private:
            freshen(ticket.place)


@job("tickets.forget_staged", every=3600)
def forget_staged() -> None:
    """Delete photos that no report claimed within two days, and originals without a row from killed requests."""
    old = select(Photo).where(Photo.ticket_id.is_(None), Photo.at < now() - FORGOTTEN).limit(500)
    for photo in list(db.session.scalars(old)):
        with writing():
            _forget(photo)
    for key in media.keys("quarantine", before=now() - FORGOTTEN):
        if db.session.scalar(select(Photo.id).filter_by(key=key.rpartition("/")[2], state="quarantine")) is None:
            media.delete(key)


def _forget(photo: Photo) -> None:
    for key in files_of(photo):
        media.delete(key)
    db.session.delete(photo)

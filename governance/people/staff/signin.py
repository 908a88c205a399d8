"""Sign-in and sign-out of staff: argon2, a rate limit per account, sessions as rows that can be revoked at once."""

import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select, update

from governance.core import limits
from governance.core.db import db, find_by, locked, now, writing
from governance.core.errors import Invalid, TooMuch
from governance.core.translation import LazyText as _l
from governance.people.access.current import token_hash
from governance.people.model import Identity, Person, StaffSession
from governance.people.staff import passwords

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP Password Storage: argon2id, 19 MiB, t=2
NOBODY = HASHER.hash(secrets.token_urlsafe(16))  # an unknown account takes as long as a wrong password
TRIES = "10/5 minutes"  # for one account from one address: a stranger cannot lock an account
TRIES_ANYWHERE = "60/5 minutes"
LIFE = timedelta(hours=12)
WRONG = _l("账号或密码不对")


def sign_in(account: str, password: str, agent: str, address: str = "") -> str:
    """The token of a new session. Raises Invalid for a wrong pair, TooMuch beyond `TRIES`."""
    mine = limits.within_limit(TRIES, "signin", account.lower(), address)
    if not mine or not limits.within_limit(TRIES_ANYWHERE, "signin", account.lower()):
        raise TooMuch("这个账号试得太多了，请五分钟后再来")
    identity = find_by(Identity, kind="account", subject=account.lower())
    db.session.rollback()
    if not _fits(identity, password) or identity is None or identity.disabled_at:
        raise Invalid({"password": WRONG})
    return begin_session(identity, agent)


def begin_session(account: Identity, agent: str) -> str:
    """The token of a new session of this account. The caller has verified the person."""
    token = secrets.token_urlsafe(32)
    with writing():
        db.session.add(
            StaffSession(
                token_hash=token_hash(token),
                identity_id=account.id,
                agent=agent[:120],
                expires_at=now() + LIFE,
            )
        )
    return token


def _fits(identity: Identity | None, password: str) -> bool:
    try:
        return HASHER.verify(identity.secret if identity and identity.secret else NOBODY, password)
    except VerificationError:
        return False


def change_password(session: StaffSession, old: str, new: str) -> None:
    """Change one's own password. All other sessions end. Raises Invalid, TooMuch."""
    identity = session.identity
    if not limits.within_limit(TRIES, "signin", identity.subject):
        raise TooMuch("试得太多了，请五分钟后再来")
    if not _fits(identity, old):
        raise Invalid({"old": _l("现在的密码不对")})
    if old == new:
        raise Invalid({"password": _l("新密码要和现在的不一样")})
    secret = hashed(passwords.checked(new, identity.subject))
    with writing():
        locked(identity).secret, identity.must_change = secret, False
        end_all_sessions(identity.person)
        locked(session).revoked_at = None


def sign_out(session: StaffSession) -> None:
    with writing():
        db.session.merge(session).revoked_at = now()


def end_all_sessions(person: Person) -> None:
    """End all sessions of a person. Call it inside `writing()`."""
    mine = select(Identity.id).where(Identity.person_id == person.id)
    ended = update(StaffSession).where(StaffSession.identity_id.in_(mine), StaffSession.revoked_at.is_(None))
    db.session.execute(ended.values(revoked_at=now()))


def hashed(password: str) -> str:
    return HASHER.hash(password)

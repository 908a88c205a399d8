"""A browser as tests hold it: a client with cookies, the form token of the page last seen, the forms it sends."""

import re
import uuid
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from governance.core.crypto import keyed_hash
from governance.core.db import db, find_by, writing
from governance.people.model import Identity, Person
from tests import cast as casting
from tests.cast import Cast


def subject_of(app: Flask, cookie: str) -> str:
    """What a device's cookie is kept as."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return keyed_hash("device", signer.loads(cookie)["device"])


class Phone:
    """Somebody's browser: keeps its cookies, reads the form token from the page it last saw, and sends forms."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, address: str, **kwargs: Any) -> TestResponse:
        return self._ask(self.client.get, address, **kwargs)

    def post(self, address: str, **form: Any) -> TestResponse:
        """Send a form with the token of the page last seen, or of the sign-in page when it had none."""
        token = self.field("csrf_token") or (self.get("/signin") and self.field("csrf_token"))
        data = {"csrf_token": token, "submission": str(uuid.uuid4())} | form
        return self._ask(self.client.post, address, data=data)

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page)
        return found[1] if found else ""

    def sign_in(self, account: str) -> "Phone":
        self.get("/signin")
        assert self.post("/signin", account=account, password=casting.PASSWORD).status_code == 303
        return self

    def known_as(self, nickname: str, cast: Cast, place: str = "5号楼", door: str = "3单元501") -> "Phone":
        """The resident behind this phone becomes known, as if by a door slip; the same name again is a second phone."""
        self.get("/signin")
        with self.app.app_context():
            with writing():
                known = cast.people.get(nickname)
                person = db.session.get_one(Person, known) if known else Person()
                identity = find_by(Identity, kind="device", subject=self.subject) or Identity(kind="device")
                identity.subject, identity.person = self.subject, person
                db.session.add_all((person, identity))
                db.session.flush()
                if not known:
                    casting.make_known(cast, person, nickname, place, door)
            db.session.remove()
        return self

    @property
    def subject(self) -> str:
        cookie = self.client.get_cookie("device")
        assert cookie is not None
        return subject_of(self.app, cookie.value)

    def report(self, code: str, **form: Any) -> str:
        """Report through the form; the address of the ticket."""
        self.get(f"/c/{code}/report")
        answer = self.post(f"/c/{code}/report", **({"category": "light", "words": "三层灯不亮"} | form))
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.location

    def _ask(self, method: Any, address: str, **kwargs: Any) -> TestResponse:
        """Each request in a context of its own, as on a server; the test's own context stays out of it."""
        answer: TestResponse = Context().run(method, address, **kwargs)
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            self.page = answer.get_data(as_text=True)
        return answer


@pytest.fixture
def phone(app: Flask) -> Any:
    """Makes phones: `phone()` is a new one."""
    return lambda: Phone(app)

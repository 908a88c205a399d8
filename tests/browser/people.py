"""Somebody with a phone in a real browser, and what groups heard meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect

from governance.cli.parts import operator
from governance.core.crypto import keyed_hash
from governance.core.db import db, find_by, now, writing
from governance.people.model import Identity
from governance.people.model import Person as Known
from governance.relay.groups.binding import add as bind
from governance.web.app import create_app
from tests import photos
from tests.app import settings_for
from tests.cast import PASSWORD
from tests.peers.browser import PHONE, page
from tests.peers.receiver import Receiver
from tests.site import Site


class Person:
    """One with a phone of their own."""

    def __init__(self, browser: Browser, town: Site, script: bool) -> None:
        self.context = page(browser, **PHONE, java_script_enabled=script)
        self.page: Page = self.context.__enter__()
        self.town = town

    def leave(self) -> None:
        self.context.__exit__(None, None, None)

    def sign_in(self, account: str) -> None:
        self.page.goto(f"{self.town.url}/signin")
        self.page.get_by_label("账号").fill(account)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("heading", name="今日工单")).to_be_visible()

    def finish(self, code: str, ticket: str, note: str) -> None:
        """Scan the code at the place, then finish there with words and a photo."""
        self.page.goto(code)
        expect(self.page.get_by_text("已到场")).to_be_visible()
        self.page.goto(ticket)
        self.page.locator("#move-finish summary").click()
        form = self.page.locator("#move-finish form")
        form.get_by_label("办了什么").fill(note)
        form.get_by_label("现场照片").set_input_files(as_file("after.png", photos.png()))
        form.get_by_role("button", name="办结").click()
        expect(self.page.get_by_text("已办结待回访").first).to_be_visible()

    def answer(self, ticket: str, solved: str) -> None:
        self.page.goto(ticket)
        self.page.get_by_label(solved, exact=True).check(force=True)
        self.page.get_by_role("button", name="提交").click()


def as_file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def heard(receiver: Receiver, key: str, word: str, times: int = 1) -> list[str]:
    """Wait until a group has heard something with this word so many times; all it heard."""
    until = time.monotonic() + 30
    while sum(word in text for text in receiver.heard(key)) < times:
        assert time.monotonic() < until, receiver.heard(key)
        time.sleep(0.1)
    return receiver.heard(key)


@contextmanager
def beside(var: Path) -> Iterator[Flask]:
    """An application beside the site whose data lies in `var`."""
    app = create_app(settings_for(var, f"sqlite:///{var / 'onecode.sqlite3'}"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def bind_groups(town: Site, *given: tuple[str, str, str]) -> None:
    """Groups with robots, bound by the operator: a place, whom the group is of, and the robot's key."""
    with beside(town.folder / "var"):
        for place, audience, key in given:
            bind(*(operator(), "wecom_webhook", audience, f"{place}群", {"key": key}), [town.cast.place(place)])


def become_known(var: Path, device: str, nickname: str) -> None:
    """The person behind this device's cookie becomes known to the site whose data lies in `var`, as if by a slip."""
    with beside(var) as app:
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        subject = keyed_hash("device", signer.loads(device)["device"])
        with writing():
            identity = find_by(Identity, kind="device", subject=subject) or Identity(kind="device", subject=subject)
            person = identity.person = identity.person or Known()
            person.nickname = person.nickname_key = nickname
            person.known_at, person.known_by = now(), "slip"
            db.session.add(identity)


def device_of(shown: Page) -> str:
    return next(str(each["value"]) for each in shown.context.cookies() if each["name"] == "device")

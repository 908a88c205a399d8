"""What tests of the pages of a lifecycle share: the answers, asked for once, and how a page is read."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from governance.core.db import db
from governance.core.events import record
from governance.core.lifecycle import Lifecycle
from governance.places.model import Place
from tests.phone import Phone


@dataclass
class Pages:
    """Pages by their name, the state of what they show, and who asked for them."""

    phones: dict[str, Phone]
    answers: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)

    def ask(self, page: str, state: str, address: str, *readers: str) -> None:
        for reader in readers or self.phones:
            answer = self.phones[reader].get(address)
            self.answers[page, state, reader] = (answer.status_code, unescape(answer.get_data(as_text=True)))

    def of(self, page: str, state: str, hidden_from: Collection[str] = ()) -> dict[str, str]:
        """The page as each who asked read it; nothing broke, and it is not there for those it is hidden from."""
        found = {reader: answer for (name, at, reader), answer in self.answers.items() if (name, at) == (page, state)}
        assert found, f"nobody asked for {page} of {state}"
        statuses = {reader: status for reader, (status, _) in found.items()}
        assert statuses == {reader: 404 if reader in hidden_from else 200 for reader in found}, (page, state)
        return {reader: text for reader, (_, text) in found.items() if reader not in hidden_from}


def card(page: str, address: str) -> str:
    """What a list says of one thing: from its link to the end of it."""
    found = re.search(rf'href="{re.escape(address)}(?:#answer)?">(.*?)</a>', page, re.S)
    assert found, f"{address} is not on the list"
    return found[1]


def steps(page: str) -> dict[str, str]:
    """The steps a page lists: what each is called, and all that stands under it."""
    listed = re.search(r'<ol class="steps">(.*?)</ol>', page, re.S)
    assert listed
    return dict(re.findall(r"<li[^>]*><b>(.*?)</b>(.*?)</li>", listed[1], re.S))


def put_on_record(life: Lifecycle[Any, Any], thing: Any, place: Place, **facts: Any) -> None:
    """Every line of the table once, each with words of its own."""
    for name in life.lines:
        words = said(name)
        at = {"stream": place.stream, "scope": place.path}
        record(f"{life.noun}.{name}", thing.id, actor="测试员", words=words, **at, **facts)
    db.session.flush()


def said(verb: str) -> str:
    return f"这是{verb}的话"

"""Every page that shows a notice, in every state, for everybody; and every line of its record."""

import uuid
from typing import Any

import pytest

from governance.core.db import now, writing
from governance.core.lifecycle import Reader
from governance.notices import actions
from governance.notices.lifecycle import LIFE
from governance.notices.model import Notice
from governance.relay.groups import binding
from tests.app import Used
from tests.cast import Cast
from tests.lifecycle_pages import Pages, card, put_on_record, said
from tests.phone import Phone

STATES = [state.name for state in LIFE.states]
KEEPERS = ("shen", "qiao", "du")
WHY = "管道修好了"


@pytest.fixture(scope="module")
def pages(sqlite_used: Used) -> Pages:
    """Asked for once; the tests judge what was answered."""
    with sqlite_used.once() as (app, cast):
        asked = Pages({name: Phone(app) for name in ("stranger", "gao", *KEEPERS)})
        for name in ("gao", *KEEPERS):
            asked.phones[name].sign_in(name)
        binding.add(cast.viewer("du"), "manual", "residents", "银杏群", {}, [cast.place("银杏社区")])
        made = {state: _notice(cast, state) for state in STATES}
        ids = {state: notice.id for state, notice in made.items()}
        asked.ids = ids  # type: ignore[attr-defined]
        refs = {state: notice.ref for state, notice in made.items()}
        whole = _with_every_line(cast)
        for state, id_ in ids.items():
            asked.ask("page", state, f"/keep/notices/{id_}", *KEEPERS)
            asked.ask("read", state, f"/notices/{refs[state]}")
        asked.ask("lines", "", f"/keep/notices/{whole}", *KEEPERS)
        asked.ask("list", "", "/keep/notices", *KEEPERS)
        return asked


def _notice(cast: Cast, state: str) -> Notice:
    told = {"title": f"停水 {state}", "words": "九点到十五点停水。", "audience": "residents", "urgent": False}
    made = actions.write(cast.place("银杏社区"), cast.viewer("shen"), str(uuid.uuid4()), **told)
    with writing():
        made.state, made.answer = state, WHY
        if made.status.out:
            actions._tell(made, cast.viewer("shen"))
        made.ended_at = None if made.status.open else now()
    return made


def _with_every_line(cast: Cast) -> int:
    made = _notice(cast, STATES[0])
    with writing():
        put_on_record(LIFE, made, made.place)
    return made.id


@pytest.mark.parametrize("state", STATES)
def test_colleagues_read_where_a_notice_stands_and_what_comes_next(pages: Any, state: str) -> None:
    here = LIFE.state(state)
    for reader, page in pages.of("page", state).items():
        assert f'<p class="soft">{here.now}{f"。{here.next}" if here.next else ""}</p>' in page, reader
        assert f">{here.label}</span>" in page, reader
        assert (f"{here.why}：{WHY}" in page) is bool(here.why), reader
    tone = f"chip chip--{here.tone}" if here.tone else "chip"
    for reader, page in pages.of("list", "").items():
        assert f'<span class="{tone}">{here.label}</span>' in card(page, f"/keep/notices/{pages.ids[state]}"), reader


@pytest.mark.parametrize("state", STATES)
def test_residents_read_what_was_sent_and_that_it_was_stopped(pages: Any, state: str) -> None:
    here = LIFE.state(state)
    hidden_from = () if here.out else ("stranger", "gao")
    for reader, page in pages.of("read", state, hidden_from).items():
        assert "九点到十五点停水。" in page and str(here.to_residents) % {"why": WHY} in page, reader
        assert ('role="status"' in page) is bool(here.to_residents), reader


@pytest.mark.parametrize("line", LIFE.lines.values(), ids=LIFE.lines)
def test_a_line_of_the_record_is_read_with_the_words_that_are_no_copy_of_the_page(pages: Any, line: Any) -> None:
    for reader, page in pages.of("lines", "").items():
        shown = f"：{said(line.name)}</li>" if line.words <= Reader.IN_CHARGE else "</li>"
        assert f"</small> {line.done}{shown}" in page, reader

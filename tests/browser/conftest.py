"""What the stories share: told with script and without, by four people with phones, to groups that a receiver hears."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.people import Person
from tests.peers.receiver import Receiver
from tests.site import Site


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def people(browser: Browser, town: Site, script: bool) -> Iterator[tuple[Person, ...]]:
    """Each story has its own `town`."""
    four = tuple(Person(browser, town, script) for _ in range(4))
    yield four
    for one in four:
        one.leave()

"""Two neighbours whom the community knows."""

import pytest

from governance.people.access.viewer import Viewer
from tests.cast import Cast


@pytest.fixture
def zhou(cast: Cast) -> Viewer:
    return cast.known("三楼老周")


@pytest.fixture
def hua(cast: Cast) -> Viewer:
    return cast.known("爱种花的", door="3单元502")

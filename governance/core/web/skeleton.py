"""Pages that differ between visitors in a few places only: rendered once, cut there, and filled in for each request."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Self

from markupsafe import Markup, escape


class Skeleton:
    """A rendered page with gaps. Render it without the request, so that nothing personal gets into it."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces  # text, name of a gap, text … text

    @classmethod
    def of(cls, names: Collection[str], render: Callable[[Mapping[str, Markup]], str]) -> Self:
        """Cut what `render` returns at the marks it is given, one for each name."""
        marks = {secrets.token_hex(8): name for name in names}
        page = render({name: Markup(mark) for mark, name in marks.items()})  # noqa: S704  # nosec B704 - hexadecimal
        return cls([marks.get(piece, piece) for piece in re.split(f"({'|'.join(marks)})", page)])

    def filled(self, values: Mapping[str, str]) -> Markup:
        """The page with a value in each gap. A value that is not markup is escaped."""
        pieces = list(self._pieces)
        pieces[1::2] = (str(escape(values[name])) for name in self._pieces[1::2])
        return Markup("".join(pieces))  # noqa: S704  # nosec B704 - rendered or escaped

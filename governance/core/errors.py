"""What can go wrong in the subject. `core/web/pages.py` turns each into a page or problem+json.

    raise Refused("这件事%(state)s，撤不回了", state=ticket.status.label)

Raise one with the Chinese message and the facts in it, not with an f-string: the message is looked up in the
catalogue of the reader's language, and the facts are put in when it is shown.
"""

from collections.abc import Mapping
from typing import Any

from governance.core.translation import AnyText, LazyText
from governance.core.translation import LazyText as _l


class Problem(Exception):
    """Something the person can understand. The message says what happened and what to do instead."""

    status = 400
    title = _l("没有办成")

    def __init__(self, message: AnyText = "", /, **facts: object) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, LazyText) else LazyText(message, **facts)

    @property
    def words(self) -> str:
        """The message in the language of its reader; the title when there is none."""
        return str(self.message) or str(self.title)

    def __str__(self) -> str:
        return self.words


class Invalid(Problem):
    """Answers that cannot be taken. Maps a field's name to the reason shown beside it; one with facts is a `_l()`."""

    status, title = 422, _l("有几处要改一下")

    def __init__(self, reasons: Mapping[str, AnyText]) -> None:
        super().__init__()
        self.reasons = dict(reasons)

    @property
    def fields(self) -> dict[str, str]:
        """The reasons in the language of their reader."""
        return {name: str(reason) for name, reason in self.reasons.items()}

    @property
    def words(self) -> str:
        return "；".join(self.fields.values()) or str(self.title)


class Missing(Problem):
    """Not there, or not for this person: the two look alike from outside."""

    status, title = 404, _l("没有找到这一页")


class Forbidden(Problem):
    status, title = 403, _l("这一步您不能做")


class SignInNeeded(Problem):
    status, title = 401, _l("请先登录")


class KnownNeeded(Problem):
    """Open to a resident whom the community knows; to everybody else the way there is shown."""

    status, title = 403, _l("要先让社区认识您，才能说大家看得到的话")


class Refused(Problem):
    """Allowed to this person, but not as things stand now."""

    status, title = 409, _l("现在不能这样做")


class SentBefore(Refused):
    """A submission came again with other content. `endpoint` with `values` is the page of what the first one made.

    `again` is the address of an empty form, where the refusing route knows one.
    """

    title = _l("这是刚才那件")

    def __init__(self, endpoint: str, **values: Any) -> None:
        super().__init__(_l("这是刚才那件；新的事请再报一件"))
        self.endpoint, self.values = endpoint, values
        self.again = ""


class Stale(Problem):
    """The form's token is too old or not ours; nothing was changed."""

    status, title = 400, _l("页面放得太久了，请返回再点一次")


class TooMuch(Problem):
    status, title = 429, _l("点得太快了，请过一会儿再试；着急请打电话")

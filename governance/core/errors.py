"""What can go wrong in the subject, said once. `core/web/pages.py` turns each into a page or problem+json."""

from collections.abc import Mapping


class Problem(Exception):
    """Something the person can understand. `words` says what happened and what to do instead, in Chinese."""

    status = 400
    title = "没有办成"

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words or self.title


class Invalid(Problem):
    """Answers that cannot be taken; `fields` maps a field's name to the reason shown beside it."""

    status, title = 422, "有几处要改一下"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = dict(fields)


class Missing(Problem):
    """Not there, or not for this person: the two look alike from outside."""

    status, title = 404, "没有找到这一页"


class Forbidden(Problem):
    status, title = 403, "这一步您不能做"


class SignInNeeded(Problem):
    status, title = 401, "请先登录"


class KnownNeeded(Problem):
    """Open to a resident whom the community knows; to everybody else the way there is shown."""

    status, title = 403, "要先让社区认识您，才能说大家看得到的话"


class Refused(Problem):
    """Allowed to this person, but not as things stand now."""

    status, title = 409, "现在不能这样做"


class Stale(Problem):
    """The form's token is too old or not ours; nothing was changed."""

    status, title = 400, "页面放得太久了，请返回再点一次"


class TooMuch(Problem):
    status, title = 429, "点得太快了，请过一会儿再试；着急请打电话"

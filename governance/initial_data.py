"""What a new deployment starts with: the first categories and watchwords. Afterwards they are rows like any other."""

from sqlalchemy import select

from governance.core.db import db, writing
from governance.discussions import moderation
from governance.discussions.model import Watchword
from governance.tickets import categories
from governance.tickets.model import Category


def install() -> bool:
    """Put them in where there is no category yet; says whether it did. What officers took away stays away."""
    if db.session.scalar(select(Category.id).limit(1)):
        return False
    with writing():
        for facts in categories.DEFAULTS:
            categories.add_category(**facts)
        db.session.add_all(Watchword(word=word) for word in moderation.DEFAULTS)
    return True

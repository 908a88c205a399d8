"""Alembic's entry: the schema is what the slices' models say, on the connection that core/migrations.py opens."""

from alembic import context

from governance import links  # noqa: F401
from governance.assistant.dialogue import conversation  # noqa: F401
from governance.core import events, jobs  # noqa: F401 - imported for their tables
from governance.core.db import Base, OneOf, Utc
from governance.discussions import model as discussions  # noqa: F401
from governance.people import households  # noqa: F401 - doors and who lives behind them
from governance.people import model as people  # noqa: F401
from governance.places import model as places  # noqa: F401
from governance.relay import model as relay  # noqa: F401
from governance.tickets import model as tickets  # noqa: F401
from governance.wechat import model as wechat  # noqa: F401


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types are written as plain ones, so that a step never depends on today's code."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, OneOf):
        return f"sa.String(length={item.impl.length})"
    if kind == "type" and type(item).__name__ == "Personal":
        return "sa.Text()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()

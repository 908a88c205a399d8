"""lifecycles: lists that grow are kept in code, a ticket keeps its first times, events are counted by verb"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import add_check, drop_check, remake

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECKS = (
    (
        "ticket",
        "state",
        "'submitted', 'accepted', 'dispatched', 'in_progress', 'on_hold', 'returned', 'pending_verify', 'resolved', 'closed', 'declined', 'merged', 'to_topic', 'withdrawn'",
    ),
    ("ticket", "source", "'code', '12345', 'phone', 'walk_in', 'patrol', 'group', 'topic'"),
    (
        "topic",
        "state",
        "'proposed', 'discussing', 'decided', 'carrying_out', 'reviewed', 'declined', 'merged', 'withdrawn'",
    ),
    ("notice", "state", "'draft', 'asked', 'declined', 'told', 'stopped', 'done', 'withdrawn'"),
    ("place", "kind", "'district', 'street', 'community', 'grid', 'courtyard', 'building', 'spot'"),
    ("code", "state", "'printed', 'posted', 'lost', 'torn', 'retired'"),
    ("post", "role", "'grid', 'community', 'street', 'district', 'body', 'auditor'"),
    ("identity", "kind", "'device','phone','account','member','openid','userid'"),
)
RUNNING = "state IN ('submitted', 'accepted', 'dispatched', 'in_progress', 'returned', 'pending_verify')"
RUN_BY = ("body", "community", "district", "grid", "handler", "street")
FIRST_TIMES = """
UPDATE ticket SET
  accepted_at = (SELECT min(event.at) FROM event
    WHERE noun = 'ticket' AND subject_id = ticket.id AND verb = 'accept'),
  first_resolved_at = coalesce((SELECT min(event.at) FROM event
    WHERE noun = 'ticket' AND subject_id = ticket.id AND data ->> 'to' = 'resolved'), resolved_at)
"""


def upgrade() -> None:
    for table, column, _values in CHECKS:
        drop_check(table, f"ck_{table}_{column}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ticket ALTER COLUMN running DROP EXPRESSION")
    else:
        remake("ticket", _plain, running=RUNNING)
    for column in ("accepted_at", "first_resolved_at"):
        op.add_column("ticket", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.execute(FIRST_TIMES)
    op.create_index("ix_event_verb", "event", ["noun", "verb", "at"])


def downgrade() -> None:
    op.drop_index("ix_event_verb", "event")
    for column in ("accepted_at", "first_resolved_at"):
        op.drop_column("ticket", column)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("ticket", "running")  # with its indexes
        op.execute(f"ALTER TABLE ticket ADD running BOOLEAN NOT NULL GENERATED ALWAYS AS ({RUNNING}) STORED")
        for by in RUN_BY:
            op.create_index(f"ix_ticket_{by}", "ticket", [f"{by}_id", "running", "due_at", "id"])
    else:
        remake("ticket", _computed, leave=["running"])
    for table, column, values in CHECKS:
        add_check(table, f"ck_{table}_{column}", f"{column} IN ({values})")


def _plain(made: str) -> str:
    return made.replace(f" GENERATED ALWAYS AS ({RUNNING}) STORED", "")


def _computed(made: str) -> str:
    return made.replace("running BOOLEAN NOT NULL", f"running BOOLEAN NOT NULL GENERATED ALWAYS AS ({RUNNING}) STORED")

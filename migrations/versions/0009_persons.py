"""lines of one person"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import change_check

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = "audience IN ('workers','residents')"
AFTER = (
    "audience IN ('workers','residents') AND person_id IS NULL"
    " OR audience IN ('worker','resident') AND person_id IS NOT NULL"
)
LINES = "SELECT id FROM chat_group WHERE person_id IS NOT NULL"


def upgrade() -> None:
    key = sa.ForeignKey("person.id", name=op.f("fk_chat_group_person_id"))
    op.add_column("chat_group", sa.Column("person_id", sa.Integer(), key, nullable=True), inline_references=True)
    change_check("chat_group", "ck_chat_group_audience", BEFORE, AFTER)
    op.create_index("ix_chat_group_person", "chat_group", ["person_id", "channel"], unique=True)


def downgrade() -> None:
    op.execute(f"DELETE FROM delivery WHERE group_id IN ({LINES})")  # noqa: S608
    op.execute(f"DELETE FROM message WHERE group_id IN ({LINES})")  # noqa: S608
    op.execute("DELETE FROM chat_group WHERE person_id IS NOT NULL")
    op.drop_index("ix_chat_group_person", "chat_group")
    change_check("chat_group", "ck_chat_group_audience", AFTER, BEFORE)
    with op.batch_alter_table("chat_group") as rows:
        rows.drop_column("person_id")

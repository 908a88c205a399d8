"""hearing groups"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import change_check

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE, AFTER = "kind IN ('device','phone','account')", "kind IN ('device','phone','account','member')"


def upgrade() -> None:
    change_check("identity", "ck_identity_kind", BEFORE, AFTER)
    op.add_column("chat_group", sa.Column("heard_as", sa.String(length=43), nullable=True))
    op.create_index("ix_chat_group_heard_as", "chat_group", ["heard_as"])
    op.create_table(
        "heard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("robot", sa.String(length=43), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_heard_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_heard_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard")),
        sa.UniqueConstraint("robot", "message_id", name=op.f("uq_heard_robot_message_id")),
    )
    op.create_index("ix_heard_by", "heard", ["group_id", "person_id", "id"])
    op.create_index(op.f("ix_heard_person_id"), "heard", ["person_id"])
    op.create_index(op.f("ix_heard_at"), "heard", ["at"])


def downgrade() -> None:
    op.drop_table("heard")
    op.drop_index("ix_chat_group_heard_as", "chat_group")
    op.drop_column("chat_group", "heard_as")
    op.execute("DELETE FROM identity WHERE kind = 'member'")
    change_check("identity", "ck_identity_kind", AFTER, BEFORE)

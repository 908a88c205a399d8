"""mass tasks: what owners of customer groups are to send"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = "state IN ('asking', 'waiting', 'done', 'cancelled', 'refused', 'unknown')"
OPEN = sa.text("state IN ('asking','waiting')")


def upgrade() -> None:
    op.create_table(
        "mass_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("msgid", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_why", sa.String(length=300), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_mass_task_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_task")),
    )
    op.create_index("ix_mass_task_open", "mass_task", ["next_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "mass_task_part",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_mass_task_part_message_id")),
        sa.ForeignKeyConstraint(["task_id"], ["mass_task.id"], name=op.f("fk_mass_task_part_task_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_mass_task_part")),
    )
    op.create_index(op.f("ix_mass_task_part_task_id"), "mass_task_part", ["task_id"])


def downgrade() -> None:
    op.drop_table("mass_task_part")
    op.drop_table("mass_task")

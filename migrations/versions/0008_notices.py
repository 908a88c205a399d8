"""notices; a group's deliveries found from its side"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'asked', 'declined', 'told', 'stopped', 'done', 'withdrawn')"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        *(sa.Column(f"{area}_id", sa.Integer(), nullable=True) for area in ("district", "street", "community", "grid")),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience IN ('residents', 'workers', 'both')", name=op.f("ck_notice_audience")),
        sa.CheckConstraint(STATES, name=op.f("ck_notice_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_notice_place_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_notice_author_id")),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_notice_approver_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notice_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("ref", name=op.f("uq_notice_ref")),
        sa.UniqueConstraint("event_id", name=op.f("uq_notice_event_id")),
    )
    for area in ("district", "street", "community", "grid"):
        op.create_index(f"ix_notice_{area}", "notice", [f"{area}_id", "id"])
    op.create_index("ix_notice_state", "notice", ["state"])
    op.create_index(op.f("ix_notice_place_id"), "notice", ["place_id"])
    for table in ("statement", "reply"):
        op.add_column(table, sa.Column("from_group", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_delivery_group", "delivery", ["group_id", "message_id"])


def downgrade() -> None:
    for table in ("statement", "reply"):
        op.drop_column(table, "from_group")
    op.drop_index("ix_delivery_group", "delivery")
    op.drop_table("notice")

"""inbound"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "state IN ('stored', 'answered', 'telling', 'told', 'silent', 'refused', 'unknown')"


def upgrade() -> None:
    with op.batch_alter_table("chat_group") as table:
        table.add_column(sa.Column("told", sa.Boolean(), server_default=sa.true(), nullable=False))
    with op.batch_alter_table("heard") as table:
        table.alter_column("group_id", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("message_key", sa.String(length=43), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_inbound_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("source", "message_key", name=op.f("uq_inbound_source_message_key")),
    )
    op.create_index("ix_inbound_waiting", "inbound", ["source", "state", "id"])
    op.create_index(op.f("ix_inbound_at"), "inbound", ["at"])
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.String(length=8), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.Column("photos_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("asked IN ('whether', 'where', 'what')", name=op.f("ck_talk_asked")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_talk_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_talk_ticket_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_talk_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("person_id", "room", name=op.f("uq_talk_person_id_room")),
    )
    op.create_index(op.f("ix_talk_at"), "talk", ["at"])
    op.create_table(
        "robot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("held_by", sa.String(length=16), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_robot_place_id")),
        sa.ForeignKeyConstraint(["keeper_id"], ["person.id"], name=op.f("fk_robot_keeper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot")),
        sa.UniqueConstraint("name", name=op.f("uq_robot_name")),
    )
    op.create_index(op.f("ix_robot_place_id"), "robot", ["place_id"])
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("robot", sa.String(length=30), nullable=False),
        sa.Column("group_key", sa.String(length=43), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("number", name=op.f("uq_pairing_number")),
        sa.UniqueConstraint("group_key", name=op.f("uq_pairing_group_key")),
    )


def downgrade() -> None:
    for table in ("pairing", "robot", "talk", "inbound"):
        op.drop_table(table)
    op.execute("DELETE FROM heard WHERE group_id IS NULL")
    with op.batch_alter_table("heard") as rows:
        rows.alter_column("group_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("chat_group") as rows:
        rows.drop_column("told")

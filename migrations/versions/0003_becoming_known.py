"""becoming known"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import change_check

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = ("known_at", "known_by", "known_place_id", "nickname_key", "consented_at", "left_at", "merged_into_id")
KNOWN_BY = (
    "ALTER TABLE person ADD COLUMN known_by VARCHAR(8) "
    "CONSTRAINT ck_person_known_by CHECK (known_by IN ('slip', 'worker', 'sms'))"
)


BEFORE, AFTER = "kind IN ('device','account')", "kind IN ('device','phone','account')"


def upgrade() -> None:
    op.create_table(
        "sms",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("to", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('due', 'taken', 'refused')", name=op.f("ck_sms_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms")),
    )
    op.create_table(
        "asking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("nickname", sa.String(length=30), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("sms_id", sa.String(length=36), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("way IN ('worker','sms')", name=op.f("ck_asking_way")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asking_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_asking_place_id")),
        sa.ForeignKeyConstraint(["sms_id"], ["sms.id"], name=op.f("fk_asking_sms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_asking_code_hash")),
    )
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asking_person_id"), ["person_id"], unique=False)

    op.create_table(
        "door",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("area", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.CheckConstraint("area > 0", name=op.f("ck_door_area")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_door_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door")),
        sa.UniqueConstraint("place_id", "label", name=op.f("uq_door_place_id_label")),
    )
    op.create_table(
        "door_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by_id", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name=op.f("fk_door_slip_door_id")),
        sa.ForeignKeyConstraint(["printed_by_id"], ["person.id"], name=op.f("fk_door_slip_printed_by_id")),
        sa.ForeignKeyConstraint(["used_by_id"], ["person.id"], name=op.f("fk_door_slip_used_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_slip")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_door_slip_secret_hash")),
    )
    with op.batch_alter_table("door_slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_slip_door_id"), ["door_id"], unique=False)
        batch_op.create_index(
            "ix_door_slip_live",
            ["door_id"],
            unique=True,
            sqlite_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
        )

    op.create_table(
        "residence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("how IN ('slip', 'worker', 'sms')", name=op.f("ck_residence_how")),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name=op.f("fk_residence_door_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_residence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residence")),
    )
    with op.batch_alter_table("residence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_residence_door_id"), ["door_id"], unique=False)
        batch_op.create_index(
            "ix_residence_now",
            ["person_id", "door_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_residence_person_id"), ["person_id"], unique=False)

    op.execute(KNOWN_BY)  # both databases take a column with its check this way, and neither makes the table anew
    change_check("identity", "ck_identity_kind", BEFORE, AFTER)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("known_place_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("nickname_key", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_known_place_id"), ["known_place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_nickname_key"), ["nickname_key"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM identity WHERE kind = 'phone'")
    change_check("identity", "ck_identity_kind", AFTER, BEFORE)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_nickname_key"))
        batch_op.drop_index(batch_op.f("ix_person_known_place_id"))
    for column in ADDED:
        op.execute(f"ALTER TABLE person DROP COLUMN {column}")

    with op.batch_alter_table("residence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_residence_person_id"))
        batch_op.drop_index(
            "ix_residence_now", sqlite_where=sa.text("until IS NULL"), postgresql_where=sa.text("until IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_residence_door_id"))

    op.drop_table("residence")
    with op.batch_alter_table("door_slip", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_door_slip_live",
            sqlite_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_door_slip_door_id"))

    op.drop_table("door_slip")
    op.drop_table("door")
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asking_person_id"))

    op.drop_table("asking")
    op.drop_table("sms")

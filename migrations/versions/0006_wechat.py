"""wechat"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import change_check

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('device','phone','account','member')"
AFTER = "kind IN ('device','phone','account','member','openid','userid')"
KNOWN_BEFORE = "known_by IN ('slip', 'worker', 'sms')"
KNOWN_AFTER = "known_by IN ('slip', 'worker', 'sms', 'wechat')"


def upgrade() -> None:
    change_check("identity", "ck_identity_kind", BEFORE, AFTER)
    change_check("person", "ck_person_known_by", KNOWN_BEFORE, KNOWN_AFTER)
    op.add_column("identity", sa.Column("handle", sa.Text(), nullable=True))
    op.create_table(
        "wechat_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_mark", sa.String(length=43), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.Column("rest_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_token")),
        sa.UniqueConstraint("side", "app_id", name=op.f("uq_wechat_token_side_app_id")),
    )
    op.create_table(
        "wechat_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('due','made','refused')", name=op.f("ck_wechat_code_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_wechat_code_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_code")),
    )
    op.create_index(op.f("ix_wechat_code_app_id"), "wechat_code", ["app_id"])
    op.create_index(op.f("ix_wechat_code_place_id"), "wechat_code", ["place_id"])
    op.create_index(
        "ix_wechat_code_of_place",
        "wechat_code",
        ["app_id", "place_id"],
        unique=True,
        sqlite_where=sa.text("permanent"),
        postgresql_where=sa.text("permanent"),
    )


def downgrade() -> None:
    op.drop_table("wechat_code")
    op.drop_table("wechat_token")
    op.execute("DELETE FROM identity WHERE kind IN ('openid', 'userid')")
    op.drop_column("identity", "handle")
    op.execute("UPDATE person SET known_by = 'worker' WHERE known_by = 'wechat'")
    change_check("person", "ck_person_known_by", KNOWN_AFTER, KNOWN_BEFORE)
    change_check("identity", "ck_identity_kind", AFTER, BEFORE)

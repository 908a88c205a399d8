"""talks: what was reported last in a room"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_talk_room", "talk", ["room", "reported_at"])


def downgrade() -> None:
    op.drop_index("ix_talk_room", "talk")

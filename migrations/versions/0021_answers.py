"""answers: a conversation may ask about a finished ticket; code keeps the list of questions"""

from alembic import op

from governance.core.migrations import add_check, drop_check

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_check("conversation", "ck_talk_asked")


def downgrade() -> None:
    op.execute("UPDATE conversation SET asked = NULL WHERE asked IN ('which', 'solved', 'score')")
    add_check("conversation", "ck_talk_asked", "asked IN ('whether', 'where', 'what', 'more')")

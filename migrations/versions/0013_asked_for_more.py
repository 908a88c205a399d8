"""talks: we may ask whether what is said belongs to the report just made"""

from governance.core.migrations import change_check

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "asked IN ('whether', 'where', 'what')"
AFTER = "asked IN ('whether', 'where', 'what', 'more')"


def upgrade() -> None:
    change_check("talk", "ck_talk_asked", BEFORE, AFTER)


def downgrade() -> None:
    change_check("talk", "ck_talk_asked", AFTER, BEFORE)

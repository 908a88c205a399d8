"""what is kept back of a ticket, first passwords, and the hours of groups"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HOURS = ("quiet_from", "quiet_until", "digest_hour")
# Plain ALTERs: a batch would copy the table, and SQLite cannot copy a computed column.


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade() -> None:
    op.add_column("ticket", _flag("words_hidden"))
    op.add_column("ticket", _flag("photos_hidden"))
    op.add_column("identity", _flag("must_change"))
    op.add_column("delivery", _flag("urgent"))
    for name in HOURS:
        op.add_column("chat_group", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in reversed(HOURS):
        op.drop_column("chat_group", name)
    op.drop_column("delivery", "urgent")
    op.drop_column("identity", "must_change")
    op.drop_column("ticket", "photos_hidden")
    op.drop_column("ticket", "words_hidden")

"""what is kept back of a ticket, and first passwords"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Plain ALTERs: a batch would copy the table, and SQLite cannot copy a computed column.


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade() -> None:
    op.add_column("ticket", _flag("words_hidden"))
    op.add_column("ticket", _flag("photos_hidden"))
    op.add_column("identity", _flag("must_change"))


def downgrade() -> None:
    op.drop_column("identity", "must_change")
    op.drop_column("ticket", "photos_hidden")
    op.drop_column("ticket", "words_hidden")

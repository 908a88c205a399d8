"""urgent words: topics, statements and replies in which somebody may be in danger"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
TABLES = ("topic", "statement", "reply")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.execute("UPDATE topic SET state = 'declined' WHERE state = 'handed'")
    for table in TABLES:
        op.drop_column(table, "urgent")

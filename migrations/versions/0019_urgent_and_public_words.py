"""tickets: what cannot wait stands first until somebody took it; others read a version of the words of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WAITING = {
    "sqlite_where": sa.text("urgent AND state = 'submitted'"),
    "postgresql_where": sa.text("urgent AND state = 'submitted'"),
}


def upgrade() -> None:
    op.add_column("ticket", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("ticket", sa.Column("public_words", sa.Text(), nullable=True))
    op.create_index("ix_ticket_urgent", "ticket", ["id"], **WAITING)


def downgrade() -> None:
    op.drop_index("ix_ticket_urgent", "ticket")
    op.drop_column("ticket", "public_words")
    op.drop_column("ticket", "urgent")

"""group entry codes: the QR code by which neighbours enter a residents' group, and when its keeper put it here"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_group", sa.Column("entry_code", sa.String(200), nullable=True))
    op.add_column("chat_group", sa.Column("entry_code_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_group", "entry_code_at")
    op.drop_column("chat_group", "entry_code")

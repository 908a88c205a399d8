"""appeals: the office that looks again at a declined ticket"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("appeal_to", sa.String(10), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE ticket SET state = 'declined' WHERE state = 'appealed'")
    op.drop_column("ticket", "appeal_to")

"""content_digest: tells whether a submission that comes again has the content it had"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("content_digest", sa.String(43), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "content_digest")

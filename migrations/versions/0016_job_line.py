"""jobs: those of one line are done one after the other"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('due','claimed')")


def upgrade() -> None:
    op.add_column("job", sa.Column("line", sa.String(43)))
    op.create_index("ix_job_line", "job", ["line", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_job_line", "job")
    op.drop_column("job", "line")

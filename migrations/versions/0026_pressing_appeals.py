"""pressing appeals: an urgent ticket that was answered back stands first until the office above has decided"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE, AFTER = "state = 'submitted'", "state IN ('submitted', 'appealed')"


def upgrade() -> None:
    _index(f"urgent = 1 AND {AFTER}", f"urgent AND {AFTER}")


def downgrade() -> None:
    _index(f"urgent AND {BEFORE}", f"urgent AND {BEFORE}")


def _index(sqlite: str, postgresql: str) -> None:
    op.drop_index("ix_ticket_urgent", "ticket")
    where = {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}
    op.create_index("ix_ticket_urgent", "ticket", ["id"], **where)

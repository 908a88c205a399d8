"""photos are let out one by one; a contact goes to the body only if the dispatcher says so"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LET_OUT = """
UPDATE photo SET let_out = true WHERE step <> 'more' AND state = 'clean' AND ticket_id IN
(SELECT id FROM ticket WHERE checked_at IS NOT NULL AND photos_hidden = false)
"""


def upgrade() -> None:
    op.add_column("photo", sa.Column("let_out", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("ticket", sa.Column("contact_sent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(LET_OUT)
    op.drop_column("ticket", "photos_hidden")


def downgrade() -> None:
    op.add_column("ticket", sa.Column("photos_hidden", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.drop_column("ticket", "contact_sent")
    op.drop_column("photo", "let_out")

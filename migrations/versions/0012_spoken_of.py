"""talks: the ticket that was spoken of last"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("talk") as batch:
        batch.add_column(sa.Column("spoken_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("spoken_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_talk_spoken_id"), "ticket", ["spoken_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("talk") as batch:
        batch.drop_constraint(op.f("fk_talk_spoken_id"), type_="foreignkey")
        batch.drop_column("spoken_at")
        batch.drop_column("spoken_id")

"""above grid: reports of these categories go to the community, never to the grid worker"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
RUNNING = "UPDATE ticket SET grid_id = NULL WHERE category_id IN (SELECT id FROM category WHERE above_grid)"


def upgrade() -> None:
    op.add_column("category", sa.Column("above_grid", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE category SET above_grid = true WHERE slug = 'misconduct'")
    op.execute(RUNNING)


def downgrade() -> None:
    op.drop_column("category", "above_grid")

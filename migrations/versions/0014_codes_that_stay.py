"""wechat: of a place's code of the official account there is but the permanent one"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEX = "ix_wechat_code_of_place"


def upgrade() -> None:
    op.execute("DELETE FROM wechat_code WHERE NOT permanent")
    op.drop_index(INDEX, "wechat_code")
    with op.batch_alter_table("wechat_code") as codes:
        codes.drop_column("permanent")
        codes.drop_column("expires_at")
    op.create_index(INDEX, "wechat_code", ["app_id", "place_id"], unique=True)


def downgrade() -> None:
    op.drop_index(INDEX, "wechat_code")
    with op.batch_alter_table("wechat_code") as codes:
        codes.add_column(sa.Column("permanent", sa.Boolean(), server_default=sa.true(), nullable=False))
        codes.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    where = {"sqlite_where": sa.text("permanent"), "postgresql_where": sa.text("permanent")}
    op.create_index(INDEX, "wechat_code", ["app_id", "place_id"], unique=True, **where)

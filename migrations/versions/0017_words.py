"""words: tables and columns under the names that the code uses"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = (
    ("event", "told_at", "processed_at"),
    ("chat_group", "told", "receives"),
    ("notice", "told_at", "sent_at"),
    ("job", "line", "queue_key"),
    ("message", "mark", "short_code"),
    ("wechat_token", "secret_mark", "secret_digest"),
    ("talk", "spoken_id", "mentioned_id"),
    ("talk", "spoken_at", "mentioned_at"),
)
TABLES = (("talk", "conversation"), ("heard", "received_message"), ("asking", "verification_request"))
UNIQUE = {
    "conversation": ("uq_{}_person_id_room", ["person_id", "room"]),
    "received_message": ("uq_{}_robot_message_id", ["robot", "message_id"]),
    "verification_request": ("uq_{}_code_hash", ["code_hash"]),
}
INDEXES = {
    "conversation": (("room", ["room", "reported_at"]), ("at", ["at"])),
    "received_message": (("by", ["group_id", "person_id", "id"]), ("person_id", ["person_id"]), ("at", ["at"])),
    "verification_request": (("person_id", ["person_id"]),),
}
UNPROCESSED = {"sqlite_where": sa.text("processed_at IS NULL"), "postgresql_where": sa.text("processed_at IS NULL")}
UNTOLD = {"sqlite_where": sa.text("told_at IS NULL"), "postgresql_where": sa.text("told_at IS NULL")}
OPEN = sa.text("state IN ('due','claimed')")


def upgrade() -> None:
    op.drop_index("ix_event_untold", "event")
    op.drop_index("ix_job_line", "job")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    op.create_index("ix_event_unprocessed", "event", ["id"], **UNPROCESSED)
    op.create_index("ix_job_queue_key", "job", ["queue_key", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    for old, new in TABLES:
        _rename(old, new, UNIQUE[new], INDEXES[new])


def downgrade() -> None:
    for old, new in TABLES:
        _rename(new, old, UNIQUE[new], INDEXES[new])
    op.drop_index("ix_event_unprocessed", "event")
    op.drop_index("ix_job_queue_key", "job")
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    op.create_index("ix_event_untold", "event", ["id"], **UNTOLD)
    op.create_index("ix_job_line", "job", ["line", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def _rename(old: str, new: str, unique: tuple[str, list[str]], indexes: tuple[tuple[str, list[str]], ...]) -> None:
    """The table, its unique constraint and its indexes, whose names hold the table's."""
    name, columns = unique
    for index, _ in indexes:
        op.drop_index(f"ix_{old}_{index}", old)
    op.rename_table(old, new)
    with op.batch_alter_table(new) as table:
        table.drop_constraint(name.format(old), type_="unique")
        table.create_unique_constraint(name.format(new), columns)
    for index, keys in indexes:
        op.create_index(f"ix_{new}_{index}", new, keys)

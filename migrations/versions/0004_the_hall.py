"""the hall"""

import sqlalchemy as sa
from alembic import op

from governance.core.migrations import change_check

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


STATES = "'submitted', 'accepted', 'dispatched', 'in_progress', 'on_hold', 'returned', 'pending_verify', 'resolved', 'closed', 'declined', 'merged'"
STATE = (f"state IN ({STATES}, 'withdrawn')", f"state IN ({STATES}, 'to_topic', 'withdrawn')")
SOURCES = "'code', '12345', 'phone', 'walk_in', 'patrol', 'group'"
SOURCE = (f"source IN ({SOURCES})", f"source IN ({SOURCES}, 'topic')")


def upgrade() -> None:
    change_check("ticket", "ck_ticket_state", *STATE)
    change_check("ticket", "ck_ticket_source", *SOURCE)
    op.create_table(
        "link",
        sa.Column("source_noun", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_noun", sa.String(length=12), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_noun", "source_id", "target_noun", "target_id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index("ix_link_target", ["target_noun", "target_id"], unique=False)

    op.create_table(
        "watchword",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchword")),
        sa.UniqueConstraint("word", name=op.f("uq_watchword_word")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("table", sa.JSON(), nullable=False),
        sa.Column("tallied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'discussing', 'decided', 'carrying_out', 'reviewed', 'declined', 'merged', 'withdrawn')",
            name=op.f("ck_topic_state"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_topic_author_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["topic.id"], name=op.f("fk_topic_merged_into_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_topic_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("author_id", "submission", name=op.f("uq_topic_author_id_submission")),
        sa.UniqueConstraint("ref", name=op.f("uq_topic_ref")),
    )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index("ix_topic_community", ["community_id", "state", "id"], unique=False)
        batch_op.create_index("ix_topic_district", ["district_id", "state", "id"], unique=False)
        batch_op.create_index("ix_topic_grid", ["grid_id", "state", "id"], unique=False)
        batch_op.create_index("ix_topic_here", ["place_id", "state", "id"], unique=False)
        batch_op.create_index("ix_topic_street", ["street_id", "state", "id"], unique=False)

    op.create_table(
        "deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_deed_place_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_deed_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
    )
    with op.batch_alter_table("deed", schema=None) as batch_op:
        batch_op.create_index("ix_deed_community", ["community_id", "done_on", "id"], unique=False)
        batch_op.create_index("ix_deed_district", ["district_id", "done_on", "id"], unique=False)
        batch_op.create_index("ix_deed_grid", ["grid_id", "done_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deed_place_id"), ["place_id"], unique=False)
        batch_op.create_index("ix_deed_street", ["street_id", "done_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deed_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("noun", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("noun IN ('statement','reply')", name=op.f("ck_flag_noun")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_flag_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_flag_topic_id")),
        sa.PrimaryKeyConstraint("noun", "subject_id", "person_id", name=op.f("pk_flag")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index("ix_flag_open", ["topic_id", "settled_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_flag_person_id"), ["person_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("well", sa.String(length=6), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("well IN ('yes', 'partly', 'no')", name=op.f("ck_review_well")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_review_topic_id")),
        sa.PrimaryKeyConstraint("topic_id", "person_id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_person_id"), ["person_id"], unique=False)

    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("words", sa.String(length=140), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("appeal", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("disagreed", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('shown', 'waiting', 'hidden')", name=op.f("ck_statement_state")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_statement_author_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_statement_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("author_id", "submission", name=op.f("uq_statement_author_id_submission")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_statement_state", ["state", "topic_id"], unique=False)
        batch_op.create_index("ix_statement_topic", ["topic_id", "state", "id"], unique=False)

    op.create_table(
        "topic_follow",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_topic_follow_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_follow_topic_id")),
        sa.PrimaryKeyConstraint("topic_id", "person_id", name=op.f("pk_topic_follow")),
    )
    with op.batch_alter_table("topic_follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_follow_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("appeal", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('shown', 'waiting', 'hidden')", name=op.f("ck_reply_state")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_reply_author_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["reply.id"], name=op.f("fk_reply_parent_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_reply_statement_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_reply_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("author_id", "submission", name=op.f("uq_reply_author_id_submission")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_reply_state", ["state", "topic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_statement_id"), ["statement_id"], unique=False)
        batch_op.create_index("ix_reply_topic", ["topic_id", "parent_id", "id"], unique=False)

    op.create_table(
        "voice",
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN (1, -1, 0)", name=op.f("ck_voice_answer")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voice_person_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_voice_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "person_id", name=op.f("pk_voice")),
    )
    with op.batch_alter_table("voice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.execute("UPDATE ticket SET state = 'closed' WHERE state = 'to_topic'")
    op.execute("UPDATE ticket SET source = 'walk_in' WHERE source = 'topic'")
    change_check("ticket", "ck_ticket_state", *reversed(STATE))
    change_check("ticket", "ck_ticket_source", *reversed(SOURCE))
    with op.batch_alter_table("voice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voice_person_id"))

    op.drop_table("voice")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index("ix_reply_topic")
        batch_op.drop_index(batch_op.f("ix_reply_statement_id"))
        batch_op.drop_index("ix_reply_state")
        batch_op.drop_index(batch_op.f("ix_reply_parent_id"))
        batch_op.drop_index(batch_op.f("ix_reply_author_id"))

    op.drop_table("reply")
    with op.batch_alter_table("topic_follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_follow_person_id"))

    op.drop_table("topic_follow")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_topic")
        batch_op.drop_index("ix_statement_state")
        batch_op.drop_index(batch_op.f("ix_statement_author_id"))

    op.drop_table("statement")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_person_id"))

    op.drop_table("review")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_person_id"))
        batch_op.drop_index("ix_flag_open")

    op.drop_table("flag")
    with op.batch_alter_table("deed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deed_topic_id"))
        batch_op.drop_index("ix_deed_street")
        batch_op.drop_index(batch_op.f("ix_deed_place_id"))
        batch_op.drop_index("ix_deed_grid")
        batch_op.drop_index("ix_deed_district")
        batch_op.drop_index("ix_deed_community")

    op.drop_table("deed")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index("ix_topic_street")
        batch_op.drop_index("ix_topic_here")
        batch_op.drop_index("ix_topic_grid")
        batch_op.drop_index("ix_topic_district")
        batch_op.drop_index("ix_topic_community")

    op.drop_table("topic")
    op.drop_table("watchword")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_target")

    op.drop_table("link")

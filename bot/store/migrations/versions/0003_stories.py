"""Stories, and which of them each article belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("story_id", "copy_of", "story_turn"):
        op.add_column("articles", sa.Column(name, Number))
    op.create_index("ix_articles_story_id", "articles", ["story_id"])
    op.create_index("ix_articles_story_turn", "articles", ["story_turn"])
    op.create_table(
        "stories",
        sa.Column("id", Number, nullable=False, autoincrement=False),
        sa.Column("lead_id", Number, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("merged_into", Number),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_last_at", "stories", ["last_at"])
    op.create_table(
        "story_turns",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("turn", Number, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_turns"),
    )

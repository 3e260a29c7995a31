"""SQLite's index of words is put together later, in larger portions."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # Each transaction leaves a portion of its own; of every 16 of a size one is made, where 4 are the default: the same
    # words are written less often, and a third less time goes into the index. A search looks at a few more. Only at
    # 64 are all put together in one go, which others would have to wait for; `bot.store.retention` comes before that.
    for name, value in (("automerge", 16), ("crisismerge", 64)):
        op.execute(f"INSERT INTO article_words (article_words, rank) VALUES ('{name}', {value})")  # noqa: S608 -- ours

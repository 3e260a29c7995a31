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
    # words are written less often, and a third less time goes into the index. A search looks at a few more. A little is
    # put together at each transaction from 16 on; at 64 all of it in one go, for which others would have to wait: that
    # comes only where a thousand articles are kept at a time, again and again.
    for name, value in (("automerge", 16), ("crisismerge", 64)):
        op.execute(f"INSERT INTO article_words (article_words, rank) VALUES ('{name}', {value})")  # noqa: S608 -- ours

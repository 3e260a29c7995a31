"""Runs migrations on the connection that `bot.store.schema` hands over; it opens none."""

from __future__ import annotations

from alembic import context

from bot.store.schema import is_ours
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=lambda name, kind, _parents: is_ours(name, kind),
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()

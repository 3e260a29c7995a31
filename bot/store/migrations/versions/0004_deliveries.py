"""Deliveries of any kind, told apart by a key; chats that are held back; subscriptions that are paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
UNIQUE_BEFORE = "uq_deliveries_subscription_id_slot_local_date"


def upgrade() -> None:
    op.add_column("chats", sa.Column("held_until_at", Instant))
    op.add_column("subscriptions", sa.Column("paused", sa.Text))
    op.add_column("deliveries", sa.Column("kind", sa.Text, nullable=False, server_default="digest"))
    op.add_column("deliveries", sa.Column("key", sa.Text, nullable=False, server_default=""))
    _fill_keys()
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("kind", existing_type=sa.Text, existing_nullable=False, server_default=None)
        table.alter_column("key", existing_type=sa.Text, existing_nullable=False, server_default=None)
        table.alter_column("slot", existing_type=sa.Time, nullable=True)
        table.alter_column("local_date", existing_type=sa.Date, nullable=True)
        table.drop_constraint(UNIQUE_BEFORE, type_="unique")
        table.create_unique_constraint("uq_deliveries_subscription_id_key", ["subscription_id", "key"])


def _fill_keys() -> None:
    """Write the keys of the digests that are there: `08:00 2026-11-22`, as `bot.store.owing` does."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE deliveries SET \"key\" = substr(slot, 1, 5) || ' ' || local_date")
    else:
        op.execute(
            "UPDATE deliveries SET \"key\" = to_char(slot, 'HH24:MI') || ' ' || to_char(local_date, 'YYYY-MM-DD')"
        )

"""Which digest a subscription had last, and whether it wants alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("last_digest_id", Number))
    op.add_column("subscriptions", sa.Column("alerts", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name != "sqlite":  # SQLite would make the table anew for that
        op.alter_column("subscriptions", "alerts", server_default=None)
    op.create_index("ix_subscriptions_alerts", "subscriptions", ["alerts"])

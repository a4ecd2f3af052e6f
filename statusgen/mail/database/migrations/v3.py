"""What updates said when they were mailed; of those mailed before that is not known."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add two columns that may be empty."""
    op.add_column("known_update", sa.Column("says", sa.Text))
    op.add_column("known_update", sa.Column("wording", sa.String(16)))

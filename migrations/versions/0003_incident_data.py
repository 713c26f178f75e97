"""The variables at the moment at which a case got stuck"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003_incident_data"
down_revision: str | None = "0002_worker_processes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("data", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "data")

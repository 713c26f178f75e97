"""Why a case is suspended, as a word"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004_suspend_code"
down_revision: str | None = "0003_incident_data"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("suspend_code", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("instance", "suspend_code")

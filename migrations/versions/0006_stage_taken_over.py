"""The stage of dunning at which another system handed a receivable over"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006_stage_taken_over"
down_revision: str | None = "0005_holds"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("receivable", sa.Column("stage", sa.String(), nullable=True))
    op.add_column("receivable", sa.Column("stage_since", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("receivable", "stage_since")
    op.drop_column("receivable", "stage")

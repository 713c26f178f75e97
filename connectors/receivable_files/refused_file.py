"""Write the rows that were refused into a file of their own, ready to be corrected and imported again."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from connectors.receivable_files.formulas import marked
from receivables.imports.incoming import RefusedRow


def write_refused(
    folder: Path, file_name: str, header: Sequence[str], refused: Sequence[RefusedRow], now: datetime
) -> Path:
    """Write line, reason and cells of each refused row as CSV, none of them a formula; return the new file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _unused(folder, f"{now:%Y%m%d-%H%M%S}-{_safe(Path(file_name).stem)}")
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["line", "reason", *map(marked, header)])
        writer.writerows([row.line, *map(marked, (row.reason, *row.cells))] for row in refused)
    return path


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)[:80] or "file"


def _unused(folder: Path, stem: str) -> Path:
    candidates = (folder / f"{stem}{f'-{count}' if count > 1 else ''}.csv" for count in range(1, 10_000))
    return next(path for path in candidates if not path.exists())

"""Measure the import of receivables: rows per second and peak memory, on a file it makes itself.

Run `python benchmarks/import_receivables.py [ROWS]`; fails below 5,000 rows/s of one core or above 400 MB.
"""

import csv
import io
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.receivable_files import ImportResult, Profile, import_file
from engine.unit_of_work import Database
from receivables.tables import ReceivablesBase

ROWS = 100_000
LEAST_ROWS_PER_SECOND = 5_000
MOST_MEGABYTES = 400
FIRST_DAY = date(2024, 1, 1)
COLUMNS = (
    *("number", "debtor_ref", "debtor_name", "issue_date", "due_date", "amount", "open_amount", "currency", "disputed"),
    *("email", "street", "city", "postcode", "country", "language", "segment", "product"),
)


def rows(count: int) -> Iterator[list[str]]:
    for place in range(count):
        debtor = place % (count // 8 + 1)
        issued = FIRST_DAY + timedelta(days=place % 300)
        amount = f"{place % 9_973 + 1}.{place % 100:02d}"
        partly = "0.50" if place % 7 == 0 else amount
        yield [
            *(f"F{place:07d}", f"D{debtor:06d}", f"Debtor number {debtor} plc", issued.isoformat()),
            *((issued + timedelta(days=30)).isoformat(), amount, partly, ("EUR", "PLN")[debtor % 2]),
            *("yes" if place % 50 == 0 else "no", f"d{debtor}@debtors.test", f"High Street {debtor % 300}", "Town"),
            *(f"{debtor % 90_000:05d}", ("SK", "PL", "AT")[debtor % 3], "en", "ABC"[debtor % 3], f"P{place % 9}"),
        ]


def make_file(count: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows(count))
    return text.getvalue().encode()


def run(database: Database, path: Path, what: str) -> ImportResult:
    started, worked = time.perf_counter(), time.process_time()
    with database.unit_of_work() as session:
        result = import_file(
            session,
            path,
            path.name,
            Profile(columns={name: name for name in COLUMNS}),
            as_of=date(2024, 12, 31),
            today=date(2024, 12, 31),
            by="benchmark",
            now=datetime(2024, 12, 31, 12, tzinfo=UTC),
        )
    wall, cpu = time.perf_counter() - started, time.process_time() - worked
    print(f"{what}: {result.rows} rows in {wall:.1f} s ({result.rows / wall:,.0f}/s), {cpu:.1f} s of one core")
    assert result.rows / cpu >= LEAST_ROWS_PER_SECOND, f"fewer than {LEAST_ROWS_PER_SECOND} rows/s"
    return result


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with TemporaryDirectory() as folder:
        path = Path(folder) / "receivables.csv"
        path.write_bytes(make_file(count))
        database = Database(f"sqlite:///{folder}/duly.db")
        ReceivablesBase.metadata.create_all(database.engine)
        assert run(database, path, "first import").created == count
        assert run(database, path, "same file again").unchanged == count
        database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MB")
    assert peak <= MOST_MEGABYTES, f"more than {MOST_MEGABYTES} MB"


if __name__ == "__main__":
    main()

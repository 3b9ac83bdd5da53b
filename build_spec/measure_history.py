"""Prints the shape of a company's own order book as JSON: python -m build_spec.measure_history orders.csv.gz ...

The sample warehouse follows curves such as these (services/sample/curves.py). Nothing of the files themselves, no
name, no code and no customer, is in what is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from services.sample.history import ColumnMapping, HistoryError, ReadOptions, ReadProgress, read_history
from services.sample.history.measure import measure


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="order lines as CSV, CSV.gz or XLSX")
    parser.add_argument("--map", default="", help="columns as THEIRS=ours,..., where they are not recognised")
    parser.add_argument("--currency", default="GBP")
    given = parser.parse_args(arguments)
    options = ReadOptions(currency=given.currency)
    try:
        reader = read_history(given.files, ColumnMapping.parse(given.map), options=options, progress=_show)
        # Times without a zone are read as if the site were in Greenwich, and so its hours stay what the file says.
        curves = measure(reader)
    except (HistoryError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for refused in reader.report.refused_rows[:20]:
        print(f"refused: {refused}", file=sys.stderr)
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(curves)) + b"\n")
    return 0


def _show(progress: ReadProgress) -> None:
    if not sys.stderr.isatty():
        return
    share = progress.bytes_done / max(progress.bytes_total, 1)
    end = "\n" if share >= 1 else "\r"
    print(f"{progress.rows:>12,} rows, {share:4.0%}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

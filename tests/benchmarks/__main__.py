"""Runs one benchmark: ``python -m tests.benchmarks NAME [--json FILE] [--data FOLDER] [--quick]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.registry import BENCHMARKS, benchmark
from tests.benchmarks.report import Options


def main(arguments: list[str]) -> int:
    """Run what the command line asks for. 0 when it ran; whether a goal was met is for the reader to judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "name", choices=sorted(BENCHMARKS), metavar="NAME", help=", ".join(sorted(BENCHMARKS))
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="a folder with real data sets")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repeats: to see that it works, not to compare"
    )
    chosen = parser.parse_args(arguments)
    if chosen.data is not None and not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder")
    report = benchmark(chosen.name)(Options(quick=chosen.quick, data=chosen.data))
    print(report.as_table())
    if chosen.json is not None:
        chosen.json.write_bytes(report.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

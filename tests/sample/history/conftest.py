"""Small order files, written the way the test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "536365,85123A,ENAMEL JUG,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines (or bytes) to a file of the test's own and give its path."""

    def write_file(
        *lines: str, name: str = "orders.csv", header: str = HEADER, raw: bytes | None = None
    ) -> Path:
        path = tmp_path / name
        path.write_bytes(raw if raw is not None else ("\n".join([header, *lines]) + "\n").encode())
        return path

    return write_file


@pytest.fixture
def good_row() -> str:
    return GOOD


@pytest.fixture
def header() -> str:
    return HEADER

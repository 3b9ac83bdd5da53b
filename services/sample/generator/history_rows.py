"""Hands an order book out as rows of a history: to whatever reads one, or to a file such as a company would send."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from services.domain.money import exponent
from services.sample.generator.records import SampleOrder
from services.sample.history.line import Article, HistoryLine, LineKind

HEADER: Final = (
    "Order No",
    "SKU",
    "Description",
    "Quantity",
    "Order Date",
    "Unit Price",
    "Customer",
    "Country",
)
_ARTICLES: Final = {LineKind.CHARGE: Article.CHARGE, LineKind.GIFT_CARD: Article.GIFT_CARD}


def history_lines(orders: Iterable[SampleOrder], currency: str = "GBP") -> Iterator[HistoryLine]:
    """The rows of an order book, as if they had been read from a file named 'sample'."""
    decimals = exponent(currency)
    row = 1
    for order in orders:
        for line in order.lines:
            row += 1
            yield HistoryLine(
                file="sample",
                row=row,
                kind=line.kind,
                article=_ARTICLES.get(line.kind, Article.PRODUCT),
                order_number=order.number,
                sku=line.sku,
                description=line.description,
                quantity=line.quantity,
                ordered_at=order.ordered_at,
                unit_price=Decimal(line.unit_price_minor).scaleb(-decimals),
                customer_code=order.customer_code,
                country=order.country,
                currency=currency,
            )


def write_history(orders: Iterable[SampleOrder], path: Path, timezone: str, currency: str = "GBP") -> int:
    """Write an order book as CSV (compressed where the name ends in .gz) in the site's time; give the rows written.

    The same orders give the same bytes.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    zone = ZoneInfo(timezone)
    rows = 0
    for line in history_lines(orders, currency):
        rows += 1
        at = datetime.fromtimestamp(line.ordered_at / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        code = "" if line.walk_in else line.customer_code
        writer.writerow(
            (
                line.order_number,
                line.sku,
                line.description,
                line.quantity,
                at,
                line.unit_price,
                code,
                line.country,
            )
        )
    content = text.getvalue().encode()
    # No time stamp in the compressed file's own header, or its bytes would differ from run to run.
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return rows

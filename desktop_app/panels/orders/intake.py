"""Lines that come without typing: rows pasted from a spreadsheet, and barcodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.pasted_rows import WrongRow, read_rows
from local_db.queries.order_entry_queries import ProductHit, product_of_code

# A product, how many units of it, and its price where one was given.
Line = tuple[ProductHit, int, int | None]


class Intake(QObject):
    """Looks codes up off the UI thread and answers lines; what is wrong is named."""

    def __init__(self, context: PanelContext, site_id: str, currency: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._site_id, self._currency = context, site_id, currency

    def paste(self, text: str, then: Callable[[Sequence[Line], Sequence[WrongRow]], object]) -> None:
        """Read pasted rows; `then(lines, wrong)` gets what can be taken, and each row that cannot with its reason."""
        rows, unreadable = read_rows(text, self._currency)
        read, site_id = self._context.desk.read, self._site_id

        def work() -> list[ProductHit | None]:
            with read.snapshot():
                return [product_of_code(read, site_id, each.code) for each in rows]

        def sort_out(hits: Sequence[ProductHit | None]) -> None:
            lines: list[Line] = []
            wrong = list(unreadable)
            for each, hit in zip(rows, hits, strict=True):
                shown = f"{each.code}  {each.quantity}"
                if hit is None:
                    wrong.append(WrongRow(each.row, shown, "no product has this sku or barcode"))
                elif not hit.active:
                    wrong.append(WrongRow(each.row, shown, f"{hit.sku} is no longer sold"))
                else:
                    lines.append((hit, each.quantity * hit.pack, each.price_minor))
            then(lines, sorted(wrong))

        self._context.runner.run(work, sort_out, self, label="Reading the pasted rows", key="paste")

    def scan(self, scan: object, add: Callable[[ProductHit, int], int]) -> None:
        """Look a scanned code up; `add(hit, units)` takes it and answers how many units the line has now."""
        code, units = str(getattr(scan, "code", "")), getattr(scan, "quantity", None) or 1
        read, site_id, scanner = self._context.desk.read, self._site_id, self._context.scanner

        def then(hit: ProductHit | None) -> None:
            if hit is None:
                scanner.bad(f"No product has the code {code}")
            elif not hit.active:
                scanner.bad(f"{hit.sku} is no longer sold")
            else:
                scanner.good(f"{add(hit, hit.pack * units)} × {hit.sku}  {hit.name}")

        self._context.runner.run(lambda: product_of_code(read, site_id, code), then, self)

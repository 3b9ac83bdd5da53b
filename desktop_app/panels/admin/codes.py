"""Codes and badges in Admin: what a scan opens, and what it adds to the record that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject
from shiboken6 import isValid

from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.barcode_box import BarcodeBox
from desktop_app.panels.admin.record_form import RecordForm
from desktop_app.scanner import ScanFeedback, ScanTarget
from services.commands import AddBarcode, RemoveBarcode
from services.domain.refusals import RuleViolation
from services.storage.tables import Barcode


class Codes(QObject):
    """``form()`` is the form that is open, ``reveal(kind, id)`` opens a record, ``refresh()`` reads the open one again."""

    def __init__(
        self,
        context: PanelContext,
        doer: Doer,
        form: Callable[[], RecordForm | None],
        reveal: Callable[[str, str], object],
        refresh: Callable[[], object],
    ) -> None:
        super().__init__(doer)
        self._context, self._doer, self._form = context, doer, form
        self._reveal, self._refresh = reveal, refresh

    def box(self, may_edit: bool) -> BarcodeBox:
        """The codes of a product, to look at or to change."""
        return BarcodeBox(self._context.theme, may_edit, self.add, self.remove)

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A badge goes to the person who is open; a known code opens its record, an unknown one joins the product."""
        return (
            ScanTarget(
                "badge", lambda scan: str(scan.kind) == "badge" and self._takes_badge(), self._on_badge
            ),
            ScanTarget("bin", lambda scan: str(scan.kind) == "bin", self._on_bin),
            ScanTarget("product", lambda scan: str(scan.kind) in ("gtin", "unknown"), self._on_code),
        )

    def add(self, code: str, quantity: int, scanned: bool = False) -> None:
        """Let a code stand for so many units of the product that is open."""
        form = self._form()
        if form is None or form.barcodes is None:
            return
        box, name = form.barcodes, str(form.seen["sku"])
        units = "1 unit" if quantity == 1 else f"{quantity:,} units"

        def refused(error: Exception) -> bool:
            if not isinstance(error, RuleViolation):
                return False
            if isValid(box):
                box.say(str(error))
            if scanned:
                self._context.scanner.bad(str(error))
            return True

        def done() -> None:
            if isValid(box):
                box.added()
            if scanned:
                self._context.scanner.good(f"{code} stands for {units} of {name} now")
            self._refresh()

        command = AddBarcode(product_id=form.row_id, code=code, quantity=quantity)
        words = f"{code} stands for {units} of {name}"
        self._doer.do(command, words, then=done, failed=refused, label="Saving")

    def remove(self, barcode: Barcode) -> None:
        """Let a code stand for nothing."""
        again = AddBarcode(product_id=barcode.product_id, code=barcode.code, quantity=barcode.quantity)
        words = f"{barcode.code} stands for nothing any more"
        command = RemoveBarcode(barcode_id=barcode.id)
        self._doer.do(command, words, undo=again, then=self._refresh, label="Saving")

    def _on_code(self, scan: Any) -> None:
        read = self._context.desk.read
        self._context.runner.run(
            lambda: read.product_by_code(scan.code),
            lambda found: self._take_code(scan, found),
            self,
            key="scan",
        )

    def _take_code(self, scan: Any, found: Any) -> None:
        form = self._form()
        if found is not None:
            self._context.scanner.good(f"{found.sku}  {found.name}")
            self._reveal("product", found.product_id)
        elif form is not None and form.barcodes is not None and form.may_edit:
            self.add(scan.code, form.barcodes.quantity.value(), scanned=True)
        else:
            self._context.scanner.bad(
                f"{scan.code} is no product's code. Open a product first to add it there."
            )

    def _on_bin(self, scan: Any) -> None:
        read, site_id = self._context.desk.read, self._doer.site_id

        def show(found: Any) -> None:
            if found is None:
                self._context.scanner.bad(f"There is no bin {scan.code} here")
            else:
                self._context.scanner.good(found.code)
                self._reveal("location", found.id)

        self._context.runner.run(
            lambda: read.location_by_code(scan.code, site_id=site_id), show, self, key="scan"
        )

    def _takes_badge(self) -> bool:
        form = self._form()
        return form is not None and form.section.id == "user" and form.may_edit

    def _on_badge(self, scan: Any) -> ScanFeedback:
        form = self._form()
        assert form is not None
        form.grid.field("badge").setText(scan.code)  # type: ignore[attr-defined]
        return ScanFeedback(True, "The badge is entered; save it")

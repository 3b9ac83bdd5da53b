"""One form on stock: typed or scanned, checked at its fields, done with Enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QWidget
from shiboken6 import isValid

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory.deeds import Desk, Entries, FieldProblems, problems_of
from desktop_app.panels.inventory.form_facts import Facts, facts_of, offered_bins, offered_products
from desktop_app.panels.inventory.forms import FieldSpec, FormSpec
from desktop_app.panels.inventory.lookup_edit import LookupEdit
from desktop_app.scanner import ScanTarget
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label
from desktop_app.widgets.quantity_edit import QuantityEdit
from local_db.queries.stock_story_queries import product_of

_PRODUCT_SCANS = ("gtin", "unknown")


class StockForm(DialogFrame):
    """Shows one form of FORMS with what is known already; it stays open until what it asks for is done."""

    def __init__(
        self,
        context: PanelContext,
        doer: Doer,
        spec: FormSpec,
        known: Mapping[str, object],
        on_done: Callable[[str], object],
        parent: QWidget,
    ) -> None:
        """``known`` fills fields by name; ``on_done(sku)`` is called once it is done."""
        super().__init__(context.theme, spec.title, spec.hint, parent, width=460)
        self._context, self._doer, self._spec, self._on_done = context, doer, spec, on_done
        self._read, self._site_id = context.desk.read, doer.site_id
        self._busy = False
        self._scanned = False
        self.setObjectName(f"inventory.{spec.id}.form")
        self._form, self._lots = Form(), Form()
        for field in spec.fields:
            widget = self._field(field)
            widget.setObjectName(f"inventory.{spec.id}.{field.name}")
            self._form.add(field.name, field.title, widget, field.hint)
        self._lots.add("lot", "Lot", self._line("lot"))
        if spec.expiry:
            self._lots.add("expires_on", "Use by", self._line("expires_on", "2027-03-31"))
        self._facts = label("", "quiet", wrap=True)
        self._facts.setObjectName(f"inventory.{spec.id}.facts")
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        for widget in (self._form, self._lots, self._facts, self._problem):
            self.body.addWidget(widget)
        self._lots.hide()
        self.add_button("Cancel", self.reject, "quiet")
        self._go = self.add_button(spec.verb, self.send, "primary")
        self._go.setObjectName(f"inventory.{spec.id}.confirm")
        self._fill(known)

    # -- what a test, a scan or a key does -----------------------------------------------------------------------------

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A bin goes to the bin field that is waiting, a product with its lot and day to theirs."""
        targets = [ScanTarget("product", lambda scan: str(scan.kind) in _PRODUCT_SCANS, self._on_product)]
        if self._bin_fields():
            targets.insert(0, ScanTarget("bin", lambda scan: str(scan.kind) == "bin", self._on_bin))
        return targets

    def send(self) -> None:
        """Do it; where a reason is needed, ask for it first."""
        if self._busy:
            return
        if not self._spec.reasons:
            self._perform(self._entries())
            return
        what = ", ".join(
            str(value) for name, value in self._entries().items() if value and name != "quantity"
        )
        ReasonDialog(
            self.theme, "Why?", what, self._spec.reasons,
            lambda reason, note: self._perform(
                {**self._entries(), "reason": f"{reason}: {note}"[:200] if note else reason}
            ),
            self,
        ).open()  # fmt: skip

    # -- doing ---------------------------------------------------------------------------------------------------------

    def _perform(self, entries: Entries) -> None:
        desk = Desk(self._read, self._site_id, self._context.desk.new_id)
        make, sku, on_done = self._spec.make, str(entries.get("product", "")), self._on_done
        self._busy = True
        self._show_problems({})

        def done() -> None:
            if isValid(self):
                self.accept()
            on_done(sku)

        self._doer.perform(lambda: make(desk, entries), then=done, failed=self._on_error)

    def _on_error(self, error: Exception) -> bool:
        """Show a refusal at its field; what is no refusal is for the window to say."""
        problems = problems_of(error)
        if not isValid(self):
            if isinstance(error, FieldProblems):
                self._context.toasts.bad(str(error))
            return isinstance(error, FieldProblems)
        self._busy = False
        if problems is None:
            return False
        self._show_problems(problems.errors)
        if self._scanned:
            # Who scans does not look at the form: they hear and see it.
            self._context.scanner.bad(next(iter(problems.errors.values())))
        return True

    def _show_problems(self, errors: Mapping[str, str]) -> None:
        if "lot" in errors or "expires_on" in errors:
            self._lots.show()
        self._form.show_errors(errors)
        self._lots.show_errors(errors)
        known = {*self._form.values(), *self._lots.values()}
        rest = [text for name, text in errors.items() if name not in known]
        self._problem.setText(" ".join(rest))
        self._problem.setVisible(bool(rest))
        self._grow()

    def _grow(self) -> None:
        """As high as what is shown now needs, once it is laid out."""
        QTimer.singleShot(0, self, self.adjustSize)

    def _entries(self) -> dict[str, Any]:
        return {**self._lots.values(), **self._form.values()}

    # -- fields --------------------------------------------------------------------------------------------------------

    def _field(self, field: FieldSpec) -> QWidget:
        read, site_id = self._read, self._site_id
        if field.kind == "quantity":
            edit = QuantityEdit(self.theme, value=field.value, least=field.least, most=1_000_000)
            edit.entered.connect(self.send)
            return edit
        if field.kind == "product":
            made = LookupEdit(self._context.runner, lambda text: offered_products(read, text))
            made.setPlaceholderText("SKU, name or barcode")
            made.textChanged.connect(lambda _text: self._ask_facts())
            return made
        if field.kind == "bin":
            made = LookupEdit(
                self._context.runner,
                lambda text: offered_bins(read, site_id, self._text("product"), text, field.bins),
            )
            made.setPlaceholderText("Scan or type the bin")
            made.textChanged.connect(lambda _text: self._ask_facts())
            return made
        return QLineEdit()

    def _line(self, name: str, placeholder: str = "") -> QLineEdit:
        edit = QLineEdit()
        edit.setPlaceholderText(placeholder)
        edit.setObjectName(f"inventory.{self._spec.id}.{name}")
        return edit

    def _text(self, name: str) -> str:
        widget = self._form.field(name)
        return widget.text().strip() if isinstance(widget, QLineEdit) else ""

    def _bin_fields(self) -> list[QLineEdit]:
        return [
            widget
            for field in self._spec.fields
            if field.kind == "bin" and isinstance(widget := self._form.field(field.name), QLineEdit)
        ]

    def _fill(self, known: Mapping[str, object]) -> None:
        for name, value in known.items():
            form = self._lots if name in ("lot", "expires_on") else self._form
            if name not in form.values():
                continue
            widget = form.field(name)
            if isinstance(widget, QuantityEdit) and isinstance(value, int):
                widget.set_value(value)
            elif isinstance(widget, QLineEdit):
                widget.setText(str(value))
        if known.get("lot"):
            self._lots.show()
        self._focus_next()
        self._ask_facts()

    def _focus_next(self) -> None:
        """Go to the first field that is still empty, else to the quantity."""
        for field in self._spec.fields:
            widget = self._form.field(field.name)
            if (field.kind in ("product", "bin") and not self._text(field.name)) or field.kind == "quantity":
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                if isinstance(widget, QuantityEdit):
                    widget.select_all()
                return

    # -- facts and scans -----------------------------------------------------------------------------------------------

    def _ask_facts(self) -> None:
        read, site_id, product = self._read, self._site_id, self._text("product")
        bins = [(spec.name, self._text(spec.name)) for spec in self._spec.fields if spec.kind == "bin"]
        self._context.runner.run(
            lambda: facts_of(read, site_id, product, bins), self._show_facts, self, key="facts"
        )

    def _show_facts(self, facts: Facts) -> None:
        self._facts.setText(facts.words)
        if facts.tracked and not self._lots.isVisible():
            self._lots.show()
        self._grow()

    def _on_bin(self, scan: Any) -> None:
        fields = self._bin_fields()
        waiting = next((each for each in fields if each.hasFocus()), None)
        waiting = waiting or next((each for each in fields if not each.text().strip()), fields[-1])
        waiting.setText(scan.code)
        self._scanned = True
        self._context.scanner.good(scan.code)
        self._focus_next()

    def _on_product(self, scan: Any) -> None:
        read = self._read
        self._context.runner.run(
            lambda: product_of(read, scan.code),
            lambda found: self._take_product(scan, found),
            self,
            key="scan",
        )

    def _take_product(self, scan: Any, found: Any) -> None:
        if found is None:
            self._context.scanner.bad(f"{scan.code} is no product of ours")
            return
        product, pack = found
        known: dict[str, object] = {"product": product.sku}
        if scan.lot:
            known["lot"] = scan.lot
        if scan.expires_on and self._spec.expiry:
            known["expires_on"] = scan.expires_on
        quantity = scan.quantity or (pack if pack > 1 else None)
        if quantity:
            known["quantity"] = quantity
        self._scanned = True
        self._fill(known)
        self._context.scanner.good(product.sku)

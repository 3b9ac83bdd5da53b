"""The entry of an order: a customer, lines, how and when; by keys alone from the first to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.change_feed import FreshView
from desktop_app.draft_keeper import DraftKeeper
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders import draft as drafting
from desktop_app.panels.orders.customer_pick import CustomerPick
from desktop_app.panels.orders.draft import Draft, DraftCustomer
from desktop_app.panels.orders.draft_lines import DraftLines
from desktop_app.panels.orders.due_day import UnknownDay, site_today
from desktop_app.panels.orders.entry_side import EntrySide
from desktop_app.panels.orders.intake import Intake, Line
from desktop_app.panels.orders.line_composer import LineComposer
from desktop_app.panels.orders.paste_report import PasteReport
from desktop_app.panels.orders.pasted_rows import WrongRow
from desktop_app.panels.orders.placed_ladder import PlacedLadder
from desktop_app.panels.orders.placing import Placed, Placer
from desktop_app.panels.orders.words import count
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.buttons import button
from desktop_app.widgets.layouts import holder, label, row, scrolled
from local_db.queries.order_entry_queries import ProductHit, products_now
from services.domain.refusals import RuleViolation

_SIDE_WIDTH: Final = 344
_AGES_EVERY_MS: Final = 5_000


class OrderEntry(QWidget):
    """The form. `placed(Placed)` once the order is on the disk; `left()` when the person goes back to the list;
    `show_order(id)` where they want to see one."""

    placed = Signal(object)
    left = Signal()
    show_order = Signal(str)
    drafts_changed = Signal()

    def __init__(self, context: PanelContext, site_id: str, currency: str, keeper: DraftKeeper) -> None:
        super().__init__()
        self._context, self._site_id, self._currency, self._keeper = context, site_id, currency, keeper
        self.setObjectName("orders.entry")
        self.setAccessibleName("Order entry")
        desk: Any = context.desk
        self._desk = desk
        self.draft = Draft(self._desk.new_id())
        self._placer = Placer(context, site_id, currency, self)
        self._intake = Intake(context, site_id, currency, self)
        self._title = label("New order", "title")
        self._kept = label("", "label")
        self.who = CustomerPick(context, site_id)
        self.customer = self.who.field
        self.composer = LineComposer(context, site_id, currency, self.stock_age)
        self.report = PasteReport(context.theme)
        self.lines = DraftLines(context, currency, lambda: self.draft.on_shortfall == "refuse")
        self._stock_words = label("", "label")
        self.side = EntrySide(context, self.today)
        self._lay_out()
        self._connect()
        self._stock_fresh = FreshView(self, context.feed, ("stock_level", "product"), self._refresh_stock)
        self._ladder = PlacedLadder(context, self.side, self)
        self._age_timer = QTimer(self)
        self._age_timer.timeout.connect(self._show_ages)
        self._show()

    # -- what the panel calls --------------------------------------------------------------------------------------

    def begin(self, draft: Draft | None = None) -> None:
        """Enter a new order, or go on with a draft; what was in hand is kept."""
        if draft is None and self.draft.is_empty:
            self._focus_first()
            return
        self._keeper.flush()
        self.draft = draft or Draft(self._desk.new_id())
        self._show()
        if draft is not None:
            self._refresh_stock()
            self._keeper.note(self.draft)
        self._focus_first()

    def discard(self) -> None:
        """Throw the draft away; Undo in the message brings it back."""
        old = self.draft
        if old.is_empty:
            self.left.emit()
            return
        self._keeper.forget(old.key)
        self.draft = Draft(self._desk.new_id())
        self._show()
        self.drafts_changed.emit()
        self._context.toasts.show(
            f"Draft for {old.title} discarded", "neutral", ("Undo", lambda: self.begin(old))
        )
        self._focus_first()

    def today(self) -> date:
        """Today at the site."""
        return site_today(self._context.session.time_zone)

    def stock_age(self) -> str:
        """How old the stock figures are, in words."""
        link = self._context.desk.link
        if link.state == "live":
            return "live"
        return f"as of {formats.ago(link.synced_at)}" if link.synced_at else "as known on this computer"

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A product's barcode adds a line or grows it, whatever has the focus."""
        return (
            ScanTarget("product", lambda scan: str(scan.kind) in ("gtin", "unknown", "bin"), self._on_scan),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the list; the draft is kept."""
        if event.key() == Qt.Key.Key_Escape:
            self._keeper.flush()
            self.left.emit()
        elif event.key() == Qt.Key.Key_Enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.place()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Ages count while they can be seen."""
        super().showEvent(event)
        self._age_timer.start(_AGES_EVERY_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        """And only then."""
        super().hideEvent(event)
        self._age_timer.stop()

    # -- placing ---------------------------------------------------------------------------------------------------

    def place(self) -> None:
        """Place the order, if nothing is missing; else go to what is."""
        if self._placer.is_busy:
            return
        if self.composer.has_product and not self.composer.commit():
            return
        problem = self._missing()
        if problem is not None:
            self.side.show_error(*problem)
            return
        self.side.show_error("")
        self.side.place_button.setEnabled(False)
        self._keeper.settled(self.draft.key)
        self._placer.place(self.draft, self.side.due_on(), self._on_placed, self._on_refused)

    def _on_placed(self, placed: Placed) -> None:
        self.side.place_button.setEnabled(True)
        self.draft = Draft(self._desk.new_id())
        self._show()
        self._ladder.follow(placed)
        self._focus_first()
        self.placed.emit(placed)

    def _on_refused(self, error: Exception, draft: Draft) -> bool:
        self.side.place_button.setEnabled(True)
        if draft.order_id == self.draft.order_id:
            self.draft = replace(self.draft, number=draft.number)
        self._keeper.note(self.draft)
        if not isinstance(error, RuleViolation):
            return False
        self.side.show_error(str(error), self._field_of(error))
        short = [str(detail.get("product_id", "")) for detail in error.details]
        for line in draft.lines:
            if line.product_id in short:
                self.lines.select_key(line.product_id)
                break
        self._refresh_stock()
        return True

    def _field_of(self, error: RuleViolation) -> QWidget:
        if error.code in ("customer_blocked",):
            return self.customer
        named = str(error.details[0].get("field", "")) if error.details else ""
        fields = {"due_on": self.side.due, "note": self.side.note, "customer_id": self.customer}
        return fields.get(named, self.lines if self.draft.lines else self.composer.product)

    def _missing(self) -> tuple[str, QWidget] | None:
        if self.draft.customer is None and self.draft.customer_typed:
            # Said where it was typed, and nowhere else in other words.
            self.who.say_unknown(self.draft.customer_typed)
            return "", self.customer
        if self.draft.customer is None:
            return "Customer: choose who orders.", self.customer
        if self.composer.unsettled:
            return (
                f"Product: “{self.composer.unsettled}” is not a line yet. Choose it or clear it.",
                self.composer.product,
            )
        if not self.draft.lines:
            return "Lines: add a product and a quantity.", self.composer.product
        try:
            self.side.due_on()
        except UnknownDay as wrong:
            return str(wrong), self.side.due
        return None

    # -- the customer ----------------------------------------------------------------------------------------------

    def _take_customer(self, chosen: DraftCustomer) -> None:
        self._change(replace(self.draft, customer=chosen, customer_typed="", priority=chosen.priority))
        self.who.show_draft(self.draft)
        self.side.show_draft(self.draft)
        self._go_to_product()

    def _on_customer_typed(self, text: str) -> None:
        self._change(replace(self.draft, customer=None, customer_typed=text))

    def _go_to_product(self) -> None:
        self.composer.product.setFocus(Qt.FocusReason.TabFocusReason)

    # -- lines -----------------------------------------------------------------------------------------------------

    def _add(self, hit: ProductHit, quantity: int, price: int | None) -> None:
        self._change(drafting.with_product(self.draft, hit, quantity, price))
        self._show_lines(hit.product_id)

    def _replace(self, hit: ProductHit, quantity: int, price: int | None) -> None:
        known = next((line for line in self.draft.lines if line.product_id == hit.product_id), None)
        if known is None:
            self._add(hit, quantity, price)
            return
        price = known.price_minor if price is None else price
        self._change(drafting.with_line(self.draft, replace(known, quantity=quantity, price_minor=price)))
        self._show_lines(hit.product_id)

    def _remove(self, product_ids: Sequence[str]) -> None:
        before = self.draft
        self._change(drafting.without(self.draft, product_ids))
        self._show_lines()
        words = f"{len(product_ids)} lines removed" if len(product_ids) > 1 else "Line removed"
        self._context.toasts.show(words, "neutral", ("Undo", lambda: self._bring_back(before)))

    def _bring_back(self, before: Draft) -> None:
        if before.order_id == self.draft.order_id:
            self._change(replace(self.draft, lines=before.lines))
            self._show_lines()

    def _on_paste(self, text: str) -> None:
        self._intake.paste(text, self._take_rows)

    def _take_rows(self, lines: Sequence[Line], wrong: Sequence[WrongRow]) -> None:
        draft = self.draft
        for hit, quantity, price in lines:
            draft = drafting.with_product(draft, hit, quantity, price)
        self._change(draft)
        self._show_lines()
        self.report.show_result(len(lines), wrong)
        if not wrong:
            self._context.toasts.show(f"{count(len(lines), 'row')} taken", "ok")

    def _on_scan(self, scan: object) -> ScanFeedback | None:
        self._intake.scan(scan, self._add_scanned)
        return None

    def _add_scanned(self, hit: ProductHit, units: int) -> int:
        self._add(hit, units, None)
        return next(line.quantity for line in self.draft.lines if line.product_id == hit.product_id)

    # -- showing ---------------------------------------------------------------------------------------------------

    def _change(self, draft: Draft) -> None:
        self.draft = draft
        self.side.show_error("")
        self.side.show_sums(draft, self._currency)
        self._keeper.note(draft)
        self._context.actions.refresh()

    def _show(self) -> None:
        draft = self.draft
        adds = bool(draft.add_to)
        title = (
            f"More for {draft.number}" if adds else "Edit and resend" if draft.resend_item else "New order"
        )
        self._title.setText(title)
        self.side.show_for(adds)
        self.who.show_draft(draft)
        self.composer.clear(draft.typed)
        self.report.hide()
        self.side.show_draft(draft)
        self.side.show_sums(draft, self._currency)
        self.side.show_error("")
        self._show_lines()
        self._show_ages()
        self._context.actions.refresh()

    def _show_lines(self, select: str = "") -> None:
        self.lines.show_lines(self.draft.lines, select)
        self.side.show_sums(self.draft, self._currency)

    def _show_ages(self) -> None:
        self._stock_words.setText(f"Free stock {self.stock_age()}")
        saved = self.draft.saved_at
        self._kept.setText(
            f"Kept on this computer {formats.ago(saved)}" if saved else "Kept on this computer as you type"
        )

    def _refresh_stock(self) -> None:
        read, site_id, ids = (
            self._context.desk.read,
            self._site_id,
            [line.product_id for line in self.draft.lines],
        )
        if ids:
            self._context.runner.run(
                lambda: products_now(read, site_id, ids), self._take_stock, self, key="stock"
            )
        self._show_ages()

    def _take_stock(self, now: Mapping[str, ProductHit]) -> None:
        fresh = drafting.as_stock_is(self.draft, now)
        if fresh is not self.draft:
            self.draft = fresh
            self._show_lines()

    # -- building --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        theme = self._context.theme
        back = button(theme, "Orders", self._on_back, kind="quiet", icon="chevron-left")
        back.setObjectName("orders.entry.back")
        back.setToolTip("Back to the list, the draft is kept (Esc)")
        discard = button(theme, "Discard", self.discard, kind="quiet", icon="trash")
        discard.setObjectName("orders.entry.discard")
        left = QVBoxLayout()
        left.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, 0)
        left.setSpacing(SPACE_8)
        left.addLayout(row(back, self._title, "stretch", self._kept, discard))
        left.addWidget(self.who)
        left.addWidget(self.composer)
        left.addWidget(self.report)
        left.addLayout(row(label("Lines", "section"), "stretch", self._stock_words))
        left.addWidget(self.lines, 1)
        side = scrolled(self.side)
        side.setFixedWidth(_SIDE_WIDTH)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        panel = holder(row(side), "surface")
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_4)
        whole.addLayout(left, 1)
        whole.addWidget(panel)

    def _connect(self) -> None:
        self.who.chosen.connect(self._take_customer)
        self.who.walked.connect(self._go_to_product)
        self.who.typed.connect(self._on_customer_typed)
        self.composer.added.connect(self._add)
        self.composer.replaced.connect(self._replace)
        self.composer.pasted.connect(self._on_paste)
        self.composer.walked.connect(lambda: self.side.due.setFocus(Qt.FocusReason.TabFocusReason))
        self.composer.typed.connect(lambda text: self._change(replace(self.draft, typed=text)))
        self.lines.opened.connect(self.composer.edit)
        self.lines.removing.connect(self._remove)
        self.lines.pasted.connect(self._on_paste)
        self.side.changed.connect(self._on_side)
        self.side.show_placed.connect(lambda: self.show_order.emit(self._ladder.order_id))

    def _on_side(self) -> None:
        self._change(
            replace(
                self.draft,
                due=self.side.due.text(),
                priority=int(self.side.priority.currentData()),
                note=self.side.note.text(),
                on_shortfall=str(self.side.shortfall.currentData()),
            )
        )
        self._show_lines()

    def _on_back(self) -> None:
        self._keeper.flush()
        self.left.emit()

    def _focus_first(self) -> None:
        first = self.customer if self.draft.customer is None else self.composer.product
        first.setFocus(Qt.FocusReason.OtherFocusReason)

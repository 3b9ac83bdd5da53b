"""The Outbox, like a mail box: needs attention, pending, settled; each item says what was meant and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.outbox.card import ItemCard
from desktop_app.panels.outbox.entries import (
    Entry,
    Story,
    attention_entries,
    pending_entries,
    settled_entries,
    story_of,
)
from desktop_app.panels.outbox.remedies import Remedy, carry_out
from desktop_app.panels.outbox.words import status_of
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import button
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row, scrolled
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.tabs import Tabs

_TABLES: Final = ("outbox", "attention", "order", "order_line", "link")
_BOXES: Final[tuple[tuple[str, str], ...]] = (
    ("attention", "Needs attention"),
    ("pending", "Pending"),
    ("settled", "Settled"),
)
_EMPTY: Final[Mapping[str, tuple[str, str, str]]] = {
    "attention": ("check", "Nothing needs you", "What the server refuses or takes for less stays here until you decide."),
    "pending": ("outbox", "Everything is sent", "Work done without a link waits here, safe on the disk, and goes up by itself."),
    "settled": ("history", "Nothing has been settled yet", "What the server has answered is listed here."),
}  # fmt: skip
_MARKS: Final = {
    "provisional": "provisional",
    "at_risk": "at_risk",
    "rejected": "attention",
    "parked": "attention",
}
_REVEALS: Final = {"order": "orders", "shipment": "dispatch", "route": "dispatch", "product": "inventory",
                   "vehicle": "fleet", "location": "inventory", "customer": "admin", "user": "admin"}  # fmt: skip

_COLUMNS: Final = (
    mark_column(lambda entry: _MARKS.get(entry.status, "")),
    Column("n", "No.", lambda entry: entry.n, "number", width=52, quiet=True),
    Column("title", "What", lambda entry: entry.title, width=220, stretch=True, strong=True),
    Column("status", "State", lambda entry: status_of(entry.status), "pill", width=112),
    Column("actor", "Who", lambda entry: entry.actor, width=112, quiet=True),
    Column("at", "When", lambda entry: entry.at, "age", width=72),
)


class Panel(QWidget):
    """The Outbox panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._box = "attention"
        self._wanted = ""
        self._shown: Entry | None = None
        self._doer = Doer(context, self)
        self.tabs = Tabs(context.theme, "outbox.box", _BOXES)
        self.tabs.chosen.connect(self.show_box)
        empty = EmptyState(context.theme, *_EMPTY["attention"])
        self._empty = empty
        self.table = RowTable(
            context.theme,
            context.runner,
            _COLUMNS,
            name="Outbox",
            key=lambda entry: entry.key,
            settings=context.settings,
            empty=empty,
            multi=False,
            zone=context.session.time_zone,
        )
        self.table.setObjectName("outbox.table")
        self.table.current_changed.connect(self._on_current)
        self.card = ItemCard(context, self._apply, self._reveal_subject)
        nothing = EmptyState(context.theme, "outbox", "Choose an item", "Its story stands here.")
        self._detail = QStackedWidget()
        self._detail.addWidget(nothing)
        self._detail.addWidget(scrolled(self.card))
        self._lay_out()
        self._fresh = FreshView(self, context.feed, _TABLES, self._load)

    # -- what the window calls -------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, kind: str, item_id: str) -> None:
        """Show a box (`box`), or the item with this key (`item`)."""
        if kind == "box":
            self.show_box(item_id)
        else:
            self._wanted = item_id
            self._load()

    def state(self) -> Mapping[str, object]:
        """The box that is open."""
        return {"box": self._box}

    def restore(self, state: Mapping[str, object]) -> None:
        """Open the box of last time."""
        box = str(state.get("box", "attention"))
        if box in self.tabs:
            self.show_box(box)

    def show_box(self, box: str) -> None:
        """Open one of the three boxes."""
        self._box = box
        self.tabs.choose(box)
        icon, title, hint = _EMPTY[box]
        self._empty.say(title, hint, icon)
        self._detail.setCurrentIndex(0)
        self._load()

    # -- building --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._sentence = label("", "quiet", wrap=True)
        send = button(self._context.theme, "Send now", self._send_now, icon="sync")
        send.setObjectName("outbox.send")
        head = QVBoxLayout()
        head.setContentsMargins(*body_margins())
        head.setSpacing(SPACE_8)
        head.addLayout(row(self.tabs, "stretch", send))
        head.addWidget(self._sentence)
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setHandleWidth(1)
        body.setChildrenCollapsible(False)
        body.addWidget(self.table)
        body.addWidget(self._detail)
        body.setStretchFactor(0, 3)
        body.setStretchFactor(1, 2)
        body.setSizes([680, 400])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(body, 1)

    # -- loading ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        desk, box = self._context.desk, self._box
        readers: dict[str, Callable[[], list[Entry]]] = {
            "attention": lambda: attention_entries(desk),  # type: ignore[arg-type]
            "pending": lambda: pending_entries(desk),  # type: ignore[arg-type]
            "settled": lambda: [*attention_entries(desk, resolved=True), *settled_entries(desk)],  # type: ignore[arg-type]
        }
        self._context.runner.run(readers[box], self._show, self, key="entries", label="Reading the outbox")

    def _show(self, entries: Sequence[Entry]) -> None:
        self.table.set_source(
            ListSource(list(entries)), first=list(entries), count=len(entries), keep_place=True
        )
        link = self._context.desk.link
        words = {
            "attention": len(entries) if self._box == "attention" else link.needs_attention,
            "pending": link.pending,
        }
        for box, title in _BOXES:
            count = words.get(box, 0)
            self.tabs.set_title(box, f"{title} ({count})" if count else title)
        self._sentence.setText(_sentence(link.state, link.pending))
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.table.select_key(wanted)
        elif self.table.current_row() is None and entries:
            self.table.select_number(0)
        current = self.table.current_row()
        self._on_current(
            next((entry for entry in entries if current is not None and entry.key == current.key), None)
        )

    def _on_current(self, entry: Entry | None) -> None:
        self._shown = entry
        if entry is None:
            self._detail.setCurrentIndex(0)
            return
        desk = self._context.desk
        self._context.runner.run(
            lambda: story_of(desk, entry),  # type: ignore[arg-type]
            lambda story: self._show_card(entry, story),
            self,
            key="story",
        )

    def _show_card(self, entry: Entry, story: Story) -> None:
        self.card.show_entry(entry, story)
        self._detail.setCurrentIndex(1)

    # -- acting ----------------------------------------------------------------------------------------------------

    def _apply(self, entry: Entry, remedy: Remedy) -> None:
        """Do what the person chose; the item is settled once all of it is durable."""
        if remedy.edit:
            self._context.navigate("orders", "resend", str(entry.item_id))
            return
        desk: Any = self._context.desk
        words = f"{remedy.title}: {entry.subject.title or entry.title}"
        self._doer.run(
            lambda: carry_out(desk, entry, remedy), lambda _none: self._doer.say(words), label=remedy.title
        )

    def _reveal_subject(self, entry: Entry) -> None:
        panel = _REVEALS.get(entry.subject.kind)
        if panel is not None:
            self._context.navigate(panel, entry.subject.kind, entry.subject.id)

    def _send_now(self) -> None:
        self._context.actions.qaction("link.sync_now").trigger()


def _sentence(state: str, pending: int) -> str:
    if pending and state == "offline":
        waits, itself = ("item waits", "itself") if pending == 1 else ("items wait", "themselves")
        return f"No link: {pending:,} {waits} on this computer's disk and will go up by {itself}."
    if pending:
        return f"{pending:,} on the way to the server."
    return "Everything done here has reached the server."

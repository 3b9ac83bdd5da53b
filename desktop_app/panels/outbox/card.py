"""The card of one item: what was meant, what happened, the facts now, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.outbox.entries import Entry, Story
from desktop_app.panels.outbox.remedies import Remedy, remedies_for
from desktop_app.panels.outbox.words import detail_lines, happened_in_words, status_of, verb_of
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_16
from desktop_app.widgets.buttons import button
from desktop_app.widgets.columns import Column
from desktop_app.widgets.layouts import label, line, row, section
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.intents import Meant
from local_db.queries.outbox_queries import LineFacts

_LINES = (
    Column("sku", "SKU", lambda fact: fact.sku, width=72, stretch=True, strong=True),
    Column("wanted", "Asked", lambda fact: fact.wanted, "number", width=64),
    Column("reserved", "Promised", lambda fact: fact.reserved, "number", width=80),
    Column("lacking", "Missing", lambda fact: fact.lacking, "number", width=70,
           tone=lambda fact: "warning" if fact.lacking else None),
    Column("available", "Free", lambda fact: fact.available, "number", width=56),
)  # fmt: skip
_ROW = 40
_SAID_ABOVE = ("Order", "Number")


class ItemCard(QWidget):
    """Shows one entry; ``on_remedy(entry, remedy)`` is called for what the person chose."""

    def __init__(
        self,
        context: PanelContext,
        on_remedy: Callable[[Entry, Remedy], object],
        on_reveal: Callable[[Entry], object],
    ) -> None:
        super().__init__()
        self._context, self._on_remedy, self._on_reveal = context, on_remedy, on_reveal
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        self._outer.addWidget(self._body)
        self._layout = QVBoxLayout(self._body)
        self.setObjectName("outbox.card")

    def show_entry(self, entry: Entry, story: Story) -> None:
        """Show an entry with what was meant, and the facts of its order as they are now."""
        self._begin()
        facts = story.lines
        theme, zone = self._context.theme, self._context.session.time_zone
        pill = Pill(theme)
        pill.show_status(*status_of(entry.status))
        self._layout.addWidget(label(entry.subject.title or verb_of(entry.name), "title", wrap=True))
        self._layout.addLayout(row(pill, label(f"No. {entry.n}", "quiet"), "stretch"))
        self._add_part("What was meant", verb_of(entry.name))
        self._layout.addWidget(
            label(f"{entry.actor or 'Somebody'}, {formats.full_time(entry.at, zone)}", "quiet", wrap=True)
        )
        self._add_meant(story.meant)
        self._add_part("What happened", happened_in_words(entry.status, entry.message))
        for text in detail_lines(entry.details):
            self._layout.addWidget(label(f"- {text}", "quiet", wrap=True))
        if facts:
            self._add_facts(facts)
        if entry.item_id is not None and not entry.resolution:
            self._add_remedies(entry, remedies_for(entry, facts))
        elif entry.resolution:
            self._add_part("What was done", entry.resolution.replace("_", " ").capitalize())
        if entry.subject.kind:
            show = button(theme, f"Show {entry.subject.title}", lambda: self._on_reveal(entry), kind="quiet")
            show.setObjectName("outbox.reveal")
            self._layout.addLayout(row(show, "stretch"))
        self._layout.addStretch(1)

    def _add_part(self, title: str, text: str) -> None:
        self._layout.addSpacing(SPACE_8)
        self._layout.addWidget(line())
        self._layout.addLayout(section(title))
        self._layout.addWidget(label(text, wrap=True, selectable=True))

    def _add_meant(self, meant: Sequence[Meant]) -> None:
        """What the command says, but for the order's number, which stands above all."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_16)
        grid.setVerticalSpacing(SPACE_4)
        grid.setColumnStretch(1, 1)
        for place, said in enumerate(each for each in meant if each.title not in _SAID_ABOVE):
            grid.addWidget(label(said.title, "quiet"), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(said.value, wrap=True, selectable=True), place, 1)
        # In a widget of its own, which goes with all it holds when another item is shown.
        said_by_it = QWidget()
        said_by_it.setObjectName("outbox.meant")
        said_by_it.setLayout(grid)
        self._layout.addWidget(said_by_it)

    def _add_facts(self, facts: Sequence[LineFacts]) -> None:
        self._layout.addSpacing(SPACE_8)
        self._layout.addWidget(line())
        self._layout.addLayout(section("The order now"))
        table = RowTable(
            self._context.theme,
            self._context.runner,
            _LINES,
            name="Lines of the order",
            key=lambda f: f.line_id,
            multi=False,
        )
        table.set_source(ListSource(list(facts)), first=list(facts), count=len(facts))
        table.setFixedHeight(min(6, len(facts) + 1) * _ROW)
        self._layout.addWidget(table)

    def _add_remedies(self, entry: Entry, remedies: Sequence[Remedy]) -> None:
        self._layout.addSpacing(SPACE_8)
        self._layout.addWidget(line())
        self._layout.addLayout(section("What to do"))
        for remedy in remedies:
            made = button(
                self._context.theme,
                remedy.title,
                lambda remedy=remedy: self._on_remedy(entry, remedy),
                kind="primary" if remedy.primary else "plain",
            )
            made.setObjectName(f"outbox.remedy.{remedy.id}")
            made.setToolTip(remedy.tip)
            self._layout.addWidget(made)
            self._layout.addWidget(label(remedy.tip, "quiet", wrap=True))

    def _begin(self) -> None:
        """An empty body in the place of the last one, which goes whole: taken apart, its layouts would have two owners."""
        last, self._body = self._body, QWidget()
        self._layout = QVBoxLayout(self._body)
        self._layout.setContentsMargins(SPACE_16, SPACE_16, SPACE_16, SPACE_16)
        self._layout.setSpacing(SPACE_8)
        self._outer.replaceWidget(last, self._body)
        last.hide()
        last.deleteLater()

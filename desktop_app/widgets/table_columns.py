"""The columns of a table as a person arranged them: widths, order, what is hidden, and remembering all that."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu

from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import WIDTHS_FOR
from desktop_app.widgets.columns import Column
from desktop_app.widgets.table_header import TableHeader

_LEAST: Final = 40
_WIDEST: Final = 100_000

Box = tuple[int, int, Column]


class TableColumns(QObject):
    """Keeps a header arranged. `changed` when what was laid out by it no longer holds.

    Where the room is short, columns that yield give way; one that a person asked for by hand stays.
    """

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        header: TableHeader,
        columns: tuple[Column, ...],
        settings: Settings | None,
        name: str,
    ) -> None:
        super().__init__(header)
        self._theme, self._header, self._columns = theme, header, columns
        self._settings, self._key = settings, f"table:{name}"
        self._widths: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._asked_for: set[str] = set()
        self._room = 0
        self._by_hand = True
        self._boxes: list[Box] | None = None
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._on_moved)
        header.customContextMenuRequested.connect(self._show_menu)

    def boxes(self) -> list[Box]:
        """Left, width and column of what is shown, in the order shown, in a row's own coordinates."""
        if self._boxes is None:
            header = self._header
            self._boxes = [
                (header.sectionPosition(n), header.sectionSize(n), self._columns[n]) for n in self.visible()
            ]
        return self._boxes

    def visible(self) -> list[int]:
        """The numbers of the shown columns, from the left."""
        order = sorted(range(len(self._columns)), key=self._header.visualIndex)
        return [number for number in order if not self._header.isSectionHidden(number)]

    def show_column(self, number: int, shown: bool) -> None:
        """Show or hide a column; the last one stays."""
        key = self._columns[number].key
        if shown:
            self._hidden.discard(key)
            self._asked_for.add(key)
        elif len(self.visible()) > 1:
            self._hidden.add(key)
            self._asked_for.discard(key)
        self.fit()
        self.remember()

    def fit(self, room: int | None = None) -> None:
        """Give every column its width at the present size of type, the stretching ones what is left of `room`."""
        self._room = self._room if room is None else room
        self._by_hand = False
        gone = self._hidden | self._without_room()
        for number, column in enumerate(self._columns):
            self._header.setSectionHidden(number, column.key in gone)
            if not column.stretch and column.key not in gone:
                self._header.resizeSection(number, self._wanted(number))
        self._by_hand = True
        self._stretch()

    def remember(self) -> None:
        """Keep the arrangement for the next time."""
        if self._settings is None:
            return
        order = self._header.order
        self._settings.remember(
            self._key,
            {
                "widths": dict(self._widths),
                "hidden": [c.key for c in self._columns if c.key in self._hidden],
                "asked_for": [c.key for c in self._columns if c.key in self._asked_for],
                "order": [
                    self._columns[n].key
                    for n in sorted(range(len(self._columns)), key=self._header.visualIndex)
                ],
                "sort": list(order) if order is not None else None,
            },
        )

    def restore(self) -> None:
        """Bring back what was kept; columns that are new stand where they are declared."""
        kept = self._settings.state(self._key) if self._settings is not None else None
        state: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {}
        widths, hidden, sort = state.get("widths"), state.get("hidden"), state.get("sort")
        # A file that somebody has edited must not keep a list from opening.
        self._widths = (
            {str(k): w for k, w in widths.items() if isinstance(w, int) and 0 < w < _WIDEST}
            if isinstance(widths, Mapping)
            else {}
        )
        self._by_hand = False
        self._hidden = {
            c.key for c in self._columns if (c.key in hidden if isinstance(hidden, list) else c.hidden)
        }
        self._asked_for = set(_texts(state.get("asked_for")))
        keys = [column.key for column in self._columns]
        for place, key in enumerate(key for key in _texts(state.get("order")) if key in keys):
            self._header.moveSection(self._header.visualIndex(keys.index(key)), place)
        self._by_hand = True
        if isinstance(sort, list) and len(sort) == 2 and sort[0] in keys:
            self._header.show_order((str(sort[0]), bool(sort[1])))
        self.fit()

    def _without_room(self) -> set[str]:
        """The keys of the columns that give way, so that the others fit."""
        shown = [number for number, column in enumerate(self._columns) if column.key not in self._hidden]
        over = sum(map(self._least, shown)) - self._room if self._room else 0
        gone: set[str] = set()
        for number in sorted(shown, key=lambda number: -self._columns[number].yields):
            column = self._columns[number]
            if over <= 0 or not column.yields:
                break
            if column.key not in self._asked_for:
                gone.add(column.key)
                over -= self._least(number)
        return gone

    def _least(self, number: int) -> int:
        """What a column needs: its width, and a stretching one what it must not go below."""
        column = self._columns[number]
        return max(_LEAST, round(column.width * self._grown())) if column.stretch else self._wanted(number)

    def _wanted(self, number: int) -> int:
        column = self._columns[number]
        return max(24, round(self._widths.get(column.key, column.width) * self._grown()))

    def _grown(self) -> float:
        return self._theme.metrics.body / WIDTHS_FOR

    def _stretch(self) -> None:
        stretching = [number for number in self.visible() if self._columns[number].stretch]
        others = sum(self._header.sectionSize(n) for n in self.visible() if n not in stretching)
        least = {n: self._least(n) for n in stretching}
        spare = max(0, self._room - others - sum(least.values()))
        self._by_hand = False
        for number in stretching:
            self._header.resizeSection(number, least[number] + spare // len(stretching))
        self._by_hand = True
        self._forget()

    def _on_resized(self, number: int, _old: int, new: int) -> None:
        if self._by_hand and new > 0:
            self._widths[self._columns[number].key] = round(new / self._grown())
            self._stretch()
            self.remember()

    def _on_moved(self) -> None:
        if self._by_hand:
            self._forget()
            self.remember()

    def _forget(self) -> None:
        self._boxes = None
        self.changed.emit()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self._header)
        for number, column in enumerate(self._columns):
            if column.title:
                entry = menu.addAction(column.title)
                entry.setCheckable(True)
                entry.setChecked(not self._header.isSectionHidden(number))
                entry.toggled.connect(lambda shown, number=number: self.show_column(number, shown))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._header.mapToGlobal(at))


def _texts(kept: object) -> list[str]:
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []

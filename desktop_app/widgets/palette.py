"""Ctrl+K: every action, and every order, sku and vehicle that the providers find, from one field."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.actions import Action, ActionRegistry
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8, SPACE_12
from desktop_app.widgets.palette_actions import MOST_ACTIONS, OfferedActions
from desktop_app.widgets.palette_rows import ITEM, PaletteRows
from desktop_app.widgets.toast import paint_float

_WIDTH: Final = 640
_TOP: Final = 64
_SHADOW: Final = 18
_ROW: Final = 40
_HEADING: Final = 28
_MOST_HIGH: Final = 460
_MOST_EACH: Final = 6
_REST_MS: Final = 20


class PaletteItem(NamedTuple):
    """One thing that can be chosen; `run()` is called on the UI thread once the palette is closed."""

    title: str
    run: Callable[[], object]
    detail: str = ""
    icon: str = "chevron-right"
    shortcut: str = ""


class PaletteProvider(NamedTuple):
    """Finds items as one types: `search(text, limit)` runs in the read lane and answers the best first."""

    id: str
    title: str
    search: Callable[[str, int], Sequence[PaletteItem]]


class Palette(QWidget):
    """Floats over the window. `passed_on(text)`: Enter with nothing chosen, for the panel's own search."""

    passed_on = Signal(str)

    def __init__(
        self,
        theme: Theme,
        runner: TaskRunner,
        actions: ActionRegistry,
        providers: Sequence[PaletteProvider],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme, self._runner, self._actions, self._providers = theme, runner, actions, tuple(providers)
        self._found: dict[str, Sequence[PaletteItem]] = {}
        self._offered = OfferedActions(actions)
        self._before: QWidget | None = None
        self._window = window
        self._moved = False
        self._field = QLineEdit()
        self._field.setPlaceholderText("Search orders, products, vehicles, or type what to do")
        self._field.setAccessibleName("Search or run a command")
        self._field.installEventFilter(self)
        self._list = QListWidget()
        self._list.setProperty("floats", True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName("Found")
        self._list.setItemDelegate(PaletteRows(theme, self._list))
        self._list.setMouseTracking(True)
        self._list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._choose)
        self._list.itemEntered.connect(self._list.setCurrentItem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            _SHADOW + SPACE_12, _SHADOW + SPACE_12, _SHADOW + SPACE_12, _SHADOW + SPACE_8
        )
        layout.setSpacing(SPACE_8)
        layout.addWidget(self._field)
        layout.addWidget(self._list, 1)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask_providers)
        self._field.textChanged.connect(self._on_text)
        window.installEventFilter(self)
        self.setAccessibleName("Command palette")
        self.hide()

    def open(self, text: str = "") -> None:
        """Show it, with `text` in the field."""
        focus = QApplication.focusWidget()
        self._before = self._before if focus is self._field else focus
        self._found.clear()
        self._field.setText(text)
        self._field.selectAll()
        self._fill()
        self._place()
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        """Close it; the focus goes back to where it was."""
        if self.isVisible():
            self.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def titles(self) -> list[str]:
        """What is offered now, from the top, headings left out."""
        items = (self._list.item(at).data(ITEM) for at in range(self._list.count()))
        return [item.title for item in items if item is not None]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field; and a click elsewhere closes."""
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if watched is self._field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            QTimer.singleShot(0, self, self._shut_if_left)
        if watched is self.parent() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The floating ground."""
        painter = QPainter(self)
        paint_float(
            painter, self._theme, QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW), _SHADOW
        )
        painter.end()

    def _shut_if_left(self) -> None:
        if not self._field.hasFocus() and self.isVisible() and self.window().isActiveWindow():
            self.hide()

    def _on_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Escape:
                self.shut()
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_PageDown:
                self._step(MOST_ACTIONS)
            case Qt.Key.Key_PageUp:
                self._step(-MOST_ACTIONS)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._on_enter()
            case _:
                return False
        return True

    def _on_text(self, _text: str) -> None:
        self._moved = False
        self._fill()
        self._rest.start()

    def _on_enter(self) -> None:
        if self._chosen_title() is not None:
            self._choose(self._list.currentItem())
        elif self._field.text().strip():
            text = self._field.text().strip()
            self.shut()
            self.passed_on.emit(text)

    def _ask_providers(self) -> None:
        text = self._field.text().strip()
        if not text:
            self._found.clear()
            return
        for provider in self._providers:
            self._runner.run(
                partial(provider.search, text, _MOST_EACH),
                partial(self._on_found, text, provider.id),
                self,
                key=provider.id,
                label=f"Searching {provider.title.lower()}",
            )

    def _on_found(self, text: str, provider_id: str, found: Sequence[PaletteItem]) -> None:
        if text == self._field.text().strip() and self.isVisible():
            self._found[provider_id] = found
            self._fill()

    def _fill(self) -> None:
        text = self._field.text().strip()
        chosen = self._chosen_title() if self._moved else None
        self._list.clear()
        matching, sure = self._offered.matching(text)
        actions = [self._item_of(action) for action in matching]
        found = [(p.title, self._found[p.id]) for p in self._providers if text and self._found.get(p.id)]
        commands = ("Commands" if text else "Recent and common", actions)
        # What the text clearly names comes first, and does not move when the slower answers come in.
        for title, items in [commands, *found] if sure or not text else [*found, commands]:
            self._add_group(title, items)
        if text:
            search = PaletteItem(
                f"Search this panel for '{text}'", lambda: self.passed_on.emit(text), icon="filter"
            )
            self._add_group("This panel", [search])
        titles = self.titles()
        self._select(titles.index(chosen) if chosen in titles else 0)
        self._place()

    def _chosen_title(self) -> str | None:
        entry = self._list.currentItem()
        item = entry.data(ITEM) if entry is not None else None
        return None if item is None else item.title

    def _add_group(self, title: str, items: Sequence[PaletteItem]) -> None:
        if not items:
            return
        heading = QListWidgetItem(title)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        heading.setSizeHint(QSize(0, _HEADING))
        self._list.addItem(heading)
        for item in items:
            entry = QListWidgetItem(f"{item.title} {item.detail} {item.shortcut}".strip())
            entry.setData(ITEM, item)
            entry.setSizeHint(QSize(0, max(_ROW, self._theme.metrics.hit)))
            self._list.addItem(entry)

    def _item_of(self, action: Action) -> PaletteItem:
        return PaletteItem(
            action.title.rstrip("."),
            partial(self._offered.run, action.id),
            "" if action.menu in ("Go", "") else action.menu,
            action.icon or "chevron-right",
            self._actions.shortcut_text(action.id),
        )

    def _choose(self, entry: QListWidgetItem) -> None:
        item: Any = entry.data(ITEM)
        if item is None:
            return
        self.shut()
        item.run()

    def _step(self, by: int) -> None:
        self._moved = True
        rows = [at for at in range(self._list.count()) if self._list.item(at).data(ITEM) is not None]
        if rows:
            here = rows.index(self._list.currentRow()) if self._list.currentRow() in rows else 0
            there = (here + by) % len(rows) if abs(by) == 1 else min(len(rows) - 1, max(0, here + by))
            self._list.setCurrentRow(rows[there])

    def _select(self, number: int) -> None:
        rows = [at for at in range(self._list.count()) if self._list.item(at).data(ITEM) is not None]
        if rows:
            self._list.setCurrentRow(rows[min(number, len(rows) - 1)])

    def _place(self) -> None:
        window = self._window
        high = sum(self._list.sizeHintForRow(at) for at in range(self._list.count()))
        high = min(_MOST_HIGH, high + 4) + self._field.sizeHint().height() + 2 * _SHADOW + 3 * SPACE_12
        width = min(_WIDTH + 2 * _SHADOW, window.width())
        self.setGeometry(
            QRect(
                QPoint((window.width() - width) // 2, _TOP - _SHADOW),
                QSize(width, min(high, window.height() - _TOP)),
            )
        )

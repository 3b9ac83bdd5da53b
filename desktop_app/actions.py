"""Actions as data, and the registry that binds them to what they do.

An action is declared once in action_table.py. Menus, the command palette, tooltips, buttons and shortcuts are built
from it; nothing else in the program names a shortcut.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget


class Action(NamedTuple):
    """One thing a person can ask for.

    `icon` names a file of resources/icons; `shortcut` is portable text (`Ctrl+N`) and never a bare letter, because a
    scanner types letters; `menu` is the menu it stands in (empty: palette only), a change of `section` draws a line in
    it; `panel` is the panel that must be shown for it (empty: any); `permission` what the person must hold;
    `enabled_when` the name of a predicate that the owner of the state sets.
    """

    id: str
    title: str
    icon: str = ""
    shortcut: str = ""
    menu: str = ""
    section: int = 0
    panel: str = ""
    permission: str = ""
    enabled_when: str = ""
    tip: str = ""


class UnknownAction(KeyError):
    """An id that is not in the table: a mistake in the program, not of the person."""


class ActionRegistry(QObject):
    """The actions of one window: which are bound, which are enabled now, and their QActions."""

    changed = Signal()

    def __init__(self, actions: Iterable[Action], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = {action.id: action for action in actions}
        self._handlers: dict[str, Callable[[], None]] = {}
        self._predicates: dict[str, Callable[[], bool]] = {}
        self._needs: dict[str, str] = {}
        self._qactions: dict[str, QAction] = {}
        self._can: Callable[[str], bool] = lambda _permission: True
        self._panel = ""
        self._telling = False

    def allow(self, can: Callable[[str], bool]) -> None:
        """`can` answers from now on whether the person holds a permission."""
        self._can = can
        self.refresh()

    def give_shortcuts(self, window: "QWidget") -> None:
        """Let `window` answer to every declared shortcut. After the first paint: nobody presses one before."""
        for action in self._actions.values():
            if action.shortcut:
                window.addAction(self.qaction(action.id))

    def bind(self, action_id: str, handler: Callable[[], object]) -> None:
        """Let `action_id` call `handler` on the UI thread. A later binding takes the place of an earlier one."""
        self._declared(action_id)

        def run() -> None:
            handler()

        self._handlers[action_id] = run
        self._update(action_id)
        self._tell_later()

    def bind_all(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Bind many at once."""
        for action_id, handler in handlers.items():
            self.bind(action_id, handler)

    def when(self, name: str, predicate: Callable[[], bool], needs: str = "") -> None:
        """Let the actions with `enabled_when=name` be enabled while `predicate()` holds; call `refresh` as it changes.

        `needs` says to a person what is missing while it does not: "Choose a stop first."
        """
        self._predicates[name] = predicate
        self._needs[name] = needs
        self.refresh()

    def refresh(self) -> None:
        """Ask every predicate again."""
        for action_id in self._qactions:
            self._update(action_id)
        self.changed.emit()

    @property
    def panel(self) -> str:
        """The id of the panel that is shown; empty before the first."""
        return self._panel

    def show_panel(self, panel_id: str) -> None:
        """Only this panel's own actions are live from now on."""
        self._panel = panel_id
        self.refresh()

    def trigger(self, action_id: str) -> bool:
        """Do it, if it is enabled now. Answers whether it was done."""
        if not self.is_enabled(action_id):
            return False
        self._handlers[action_id]()
        return True

    def is_enabled(self, action_id: str) -> bool:
        """Bound, permitted, of the shown panel, and its predicate holds."""
        action = self._declared(action_id)
        if action_id not in self._handlers or not self._can(action.permission):
            return False
        if action.panel and action.panel != self._panel:
            return False
        if not action.enabled_when:
            return True
        predicate = self._predicates.get(action.enabled_when)
        return predicate is not None and predicate()

    def __contains__(self, action_id: object) -> bool:
        return action_id in self._actions

    def get(self, action_id: str) -> Action:
        """The declaration. Raises UnknownAction."""
        return self._declared(action_id)

    def all(self) -> tuple[Action, ...]:
        """Every declaration, in the table's order."""
        return tuple(self._actions.values())

    def available(self) -> list[Action]:
        """What could be done now, in the table's order: what the palette offers."""
        return [action for action in self._actions.values() if self.is_enabled(action.id)]

    def menus(self) -> dict[str, list[Action]]:
        """Menu title -> its actions, in the table's order; what the person may not do is left out."""
        menus: dict[str, list[Action]] = {}
        for action in self._actions.values():
            if action.menu and self._can(action.permission):
                menus.setdefault(action.menu, []).append(action)
        return menus

    def qaction(self, action_id: str) -> "QAction":
        """The one QAction of this action, for menus."""
        from PySide6.QtGui import QAction, QKeySequence

        found = self._qactions.get(action_id)
        if found is not None:
            return found
        action = self._declared(action_id)
        made = QAction(action.title, self)
        made.setObjectName(action.id)
        made.setToolTip(self.tooltip(action_id))
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if action.shortcut:
            made.setShortcut(QKeySequence(action.shortcut))
        made.triggered.connect(lambda _checked=False: self.trigger(action_id))
        self._qactions[action_id] = made
        self._update(action_id)
        return made

    def tooltip(self, action_id: str) -> str:
        """`New order  Ctrl+N`, with the longer tip below where there is one, and what is missing while it is disabled."""
        action = self._declared(action_id)
        first = f"{action.title}  ({self.shortcut_text(action_id)})" if action.shortcut else action.title
        return "\n".join(words for words in (first, action.tip, self.why_not(action_id)) if words)

    def why_not(self, action_id: str) -> str:
        """What is missing for it now; empty where nothing is, or where nobody has said."""
        action = self._declared(action_id)
        if not self._can(action.permission):
            return "Your role does not allow this."
        if self.is_enabled(action_id):
            return ""
        return self._needs.get(action.enabled_when, "")

    def shortcut_text(self, action_id: str) -> str:
        """The shortcut as this system writes it."""
        shortcut = self._declared(action_id).shortcut
        if sys.platform != "darwin":
            return shortcut
        from PySide6.QtGui import QKeySequence

        return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)

    def _declared(self, action_id: str) -> Action:
        try:
            return self._actions[action_id]
        except KeyError:
            raise UnknownAction(action_id) from None

    def _tell_later(self) -> None:
        """Tell buttons once of all the actions that are bound in one go."""
        if not self._telling:
            self._telling = True
            QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        self._telling = False
        self.changed.emit()

    def _update(self, action_id: str) -> None:
        qaction = self._qactions.get(action_id)
        if qaction is not None:
            qaction.setEnabled(self.is_enabled(action_id))

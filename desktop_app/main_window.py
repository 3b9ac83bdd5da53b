"""The window: rail, top bar, the panel that is shown, its inspector, and what floats over them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.action_table import ACTIONS
from desktop_app.actions import Action, ActionRegistry
from desktop_app.change_feed import ChangeFeed
from desktop_app.panel_context import Desk, PanelContext, Session, UndoSteps
from desktop_app.panels.catalogue import PANELS, PanelSpec
from desktop_app.qt_start import settle_down
from desktop_app.scanner import Scanner, ScanTarget, UnreadableCode
from desktop_app.settings import Settings
from desktop_app.sounds import Silence, Sounds
from desktop_app.task_runner import Task, TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import FIRST_WINDOW, INSPECTOR_MIN, SMALLEST_WINDOW, Density, Scheme, Tone
from desktop_app.widgets.notice_bar import NoticeBar
from desktop_app.widgets.progress_strip import ProgressStrip
from desktop_app.widgets.rail import Rail
from desktop_app.widgets.toast import Toasts
from desktop_app.widgets.top_bar import TopBar

log = logging.getLogger(__name__)

_LINK_EVERY_MS: Final = 1_000
# Longer than the first rows take, shorter than anybody needs to press a key.
_READY_AFTER_MS: Final = 60
_COUNT_AT_MOST_EVERY_MS: Final = 250
_SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark", "contrast")
_DENSITIES: Final[tuple[Density, ...]] = ("compact", "comfortable", "touch")


class MainWindow(QMainWindow):
    """The desk's window. It binds the actions that concern itself; `app_context` binds the rest.

    `ready` is emitted once it is painted and answers to keys and scans, `closed` once it is really closing and the
    panels have written their drafts.
    """

    closed = Signal()
    ready = Signal()
    panel_shown = Signal(str)

    def __init__(
        self,
        *,
        desk: Desk,
        runner: TaskRunner,
        feed: ChangeFeed,
        settings: Settings,
        theme: Theme,
        session: Session,
        undo: Callable[[], None],
        sounds: Sounds | None = None,
        parse_scan: Callable[[str], Any] | None = None,
        counts: Callable[[], Mapping[str, int]] | None = None,
        providers: Sequence[Any] = (),
        panels: Sequence[PanelSpec] = PANELS,
        actions: Sequence[Action] = ACTIONS,
    ) -> None:
        """`counts()` answers what waits by `count_source`, in the read lane; `providers` are PaletteProviders."""
        super().__init__()
        self._runner, self._settings, self._theme, self._session = runner, settings, theme, session
        self._counts, self._providers = counts, tuple(providers)
        self._specs = {spec.id: spec for spec in panels if session.can(spec.permission)}
        self._panels: dict[str, QWidget] = {}
        self._inspected: dict[str, tuple[str, QWidget]] = {}
        self._inspector: Any = None
        self._palette: Any = None
        self._flash: Any = None
        self._current = ""
        self._is_ready = False
        self.undo_stack: UndoSteps = _NoSteps()
        self.actions_registry = ActionRegistry(actions, self)
        self.scanner = Scanner(
            self._scan_targets, parse_scan or _parse_scan, sounds or Silence(), settings, self
        )
        self._build()
        self.toasts = Toasts(theme, self)
        self.context = PanelContext(
            desk,
            runner,
            feed,
            self.actions_registry,
            settings,
            theme,
            self.scanner,
            self.toasts,
            self.navigate,
            session,
            self,
            undo,
        )
        self._connect(feed)
        self._restore_geometry()

    # -- the shell, as panels see it -------------------------------------------------------------------------------

    def start(self, panel_id: str = "") -> None:
        """Show the panel asked for, the one of last time, or the first."""
        last = str(self._window_state().get("panel", "")) if self._settings.flag("reopen_last") else ""
        wanted = panel_id or last
        self.navigate(wanted if wanted in self._specs else next(iter(self._specs)))

    def navigate(self, panel_id: str, kind: str = "", item_id: str = "") -> None:
        """Show a panel and, where `kind` and `item_id` are given, the item in it."""
        if panel_id not in self._specs:
            self.toasts.show("You may not open that panel.", "warning")
            return
        if panel_id != self._current:
            self._show_panel(panel_id)
        panel = self._panels[panel_id]
        if kind and hasattr(panel, "reveal"):
            panel.reveal(kind, item_id)

    def show_inspector(self, title: str, widget: QWidget | None = None) -> None:
        """Open the inspector of the present panel."""
        if widget is None:
            panel = self._panels.get(self._current)
            widget = panel.inspector() if panel is not None and hasattr(panel, "inspector") else None
        if widget is None:
            self.hide_inspector()
            return
        self._inspected[self._current] = (title, widget)
        self._open_inspector(title, widget)

    def hide_inspector(self) -> None:
        """Close the inspector of the present panel."""
        self._inspected.pop(self._current, None)
        if self._inspector is not None:
            self._inspector.hide()

    def notice(
        self, key: str, text: str, tone: Tone = "info", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Keep `text` in the strip under the top bar."""
        self.notices.put(key, text, tone, action)

    def clear_notice(self, key: str) -> None:
        """Take a notice away."""
        self.notices.clear(key)

    # -- for app_context ---------------------------------------------------------------------------------------------

    @property
    def current_panel(self) -> str:
        """The id of the panel that is shown."""
        return self._current

    def panel(self, panel_id: str) -> QWidget | None:
        """A panel that has been shown before."""
        return self._panels.get(panel_id)

    def show_person(self, session: Session) -> None:
        """Somebody else works here now: permissions and name follow."""
        self._session = session
        self.top_bar.show_person(session.person, session.role)
        self.context = self.context._replace(session=session)
        self.actions_registry.allow(session.can)

    def show_link(self) -> None:
        """Read the link, off the UI thread since it counts rows, and write the badge."""
        desk = self.context.desk
        self._runner.run(lambda: desk.link, self.top_bar.badge.show_status, self, key="link")

    def refresh_counts(self) -> None:
        """Ask again what waits, for the rail."""
        if self._counts is not None:
            self._runner.run(self._counts, self._show_counts, self, key="counts")

    def open_palette(self, text: str = "") -> None:
        """The search and command field."""
        if self._palette is None:
            from desktop_app.widgets.palette import Palette

            self._palette = Palette(self._theme, self._runner, self.actions_registry, self._providers, self)
            self._palette.passed_on.connect(self._search_panel)
        self._palette.open(text)

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, registry, session = self._theme, self.actions_registry, self._session
        registry.allow(session.can)
        self.setWindowTitle(f"Holdfast - {session.site_name}")
        self.setMinimumSize(*SMALLEST_WINDOW)
        tips = {
            panel_id: registry.tooltip(f"go.{panel_id}").removeprefix("Go to ")
            for panel_id in self._specs
            if f"go.{panel_id}" in registry
        }
        self.rail = Rail(theme, list(self._specs.values()), tips)
        self.top_bar = TopBar(
            theme,
            session.site_name,
            session.person,
            session.role,
            session.time_zone,
            registry.shortcut_text("edit.find"),
            registry.tooltip("view.menu"),
        )
        self.notices = NoticeBar(theme)
        self.stack = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.stack)
        self._splitter.setStretchFactor(0, 1)
        self.strip = ProgressStrip(theme, self._runner)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.setContentsMargins(0, 0, 0, 0)
        for piece in (self.top_bar, self.notices):
            right.addWidget(piece)
        right.addWidget(self._splitter, 1)
        right.addWidget(self.strip)
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setSpacing(0)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.rail)
        across.addLayout(right, 1)
        self.setCentralWidget(whole)

    def _connect(self, feed: ChangeFeed) -> None:
        registry = self.actions_registry
        self._link_timer = QTimer(self)
        self._link_timer.timeout.connect(self.show_link)
        self._changed_timer = QTimer(self)
        self._changed_timer.setSingleShot(True)
        self._changed_timer.setInterval(_COUNT_AT_MOST_EVERY_MS)
        self._changed_timer.timeout.connect(self._after_changes)
        self.rail.chosen.connect(self.navigate)
        self.rail.fold_clicked.connect(self._fold_rail)
        self.top_bar.search_clicked.connect(self.open_palette)
        self.top_bar.menu_clicked.connect(self._show_menu)
        self.top_bar.person_clicked.connect(self._show_person_menu)
        self.top_bar.badge.clicked.connect(lambda _checked=False: self.navigate("outbox"))
        self.scanner.said.connect(self._on_said)
        self._runner.failed.connect(self._on_failed)
        self._settings.changed.connect(self._on_setting)
        feed.changed.connect(self._on_changed)
        for panel_id in self._specs:
            if f"go.{panel_id}" in registry:
                registry.bind(f"go.{panel_id}", lambda panel_id=panel_id: self.navigate(panel_id))
        own: dict[str, Callable[[], object]] = {
            "app.quit": self.close,
            "app.settings": self._show_settings,
            "edit.undo": lambda: self.context.undo(),
            "edit.find": self.open_palette,
            "edit.filter": self._focus_search,
            "view.rail": self._fold_rail,
            "view.inspector": self._toggle_inspector,
            "view.menu": self._show_menu,
            "view.next_region": self._next_region,
            "view.refresh": lambda: self._call_panel("activate"),
            "view.theme": lambda: self._step_setting("theme", self._theme.scheme, _SCHEMES),
            "view.density": lambda: self._step_setting("density", self._theme.density, _DENSITIES),
            "view.full_screen": lambda: self.showNormal() if self.isFullScreen() else self.showFullScreen(),
            "link.outbox": lambda: self.navigate("outbox"),
            "help.shortcuts": self._show_shortcuts,
            "help.about": self._show_about,
        }
        registry.bind_all({action_id: call for action_id, call in own.items() if action_id in registry})

    # -- panels ----------------------------------------------------------------------------------------------------

    def _show_panel(self, panel_id: str) -> None:
        self._call_panel("deactivate")
        self._keep_panel_state()
        panel = self._panels.get(panel_id) or self._make_panel(panel_id)
        self._current = panel_id
        self.stack.setCurrentWidget(panel)
        self.rail.show_current(panel_id)
        self.actions_registry.show_panel(panel_id)
        self.setWindowTitle(f"{self._specs[panel_id].title} - Holdfast - {self._session.site_name}")
        inspected = self._inspected.get(panel_id)
        if inspected is not None:
            self._open_inspector(*inspected)
        elif self._inspector is not None:
            self._inspector.hide()
        self._remember("panel", panel_id)
        self._call_panel("activate")
        self.panel_shown.emit(panel_id)

    def _make_panel(self, panel_id: str) -> QWidget:
        spec = self._specs[panel_id]
        try:
            panel: QWidget = getattr(import_module(spec.module_path), spec.class_name)(self.context)
            state = self._settings.state(f"panel:{panel_id}")
            if isinstance(state, Mapping) and hasattr(panel, "restore"):
                panel.restore(state)
        except Exception as error:
            # One broken panel must not close the desk: the others work on, and this one can be tried again.
            log.exception("panel %s did not open", panel_id)
            return self._broken_panel(spec, error)
        panel.setAccessibleName(spec.title)
        self._panels[panel_id] = panel
        self.stack.addWidget(panel)
        return panel

    def _broken_panel(self, spec: PanelSpec, error: Exception) -> QWidget:
        from desktop_app.error_words import words_for
        from desktop_app.widgets.empty_state import EmptyState

        words = words_for(error, f"Opening {spec.title}")
        broken = EmptyState(
            self._theme,
            "danger",
            words.sentence,
            words.technical,
            ("Try again", lambda: self._retry_panel(spec.id)),
        )
        self._panels[spec.id] = broken
        self.stack.addWidget(broken)
        return broken

    def _retry_panel(self, panel_id: str) -> None:
        broken = self._panels.pop(panel_id)
        self.stack.removeWidget(broken)
        broken.deleteLater()
        self._current = ""
        self._show_panel(panel_id)

    def _call_panel(self, method: str, *arguments: object) -> Any:
        panel = self._panels.get(self._current)
        call = getattr(panel, method, None) if panel is not None else None
        return call(*arguments) if call is not None else None

    def _keep_panel_state(self) -> None:
        state = self._call_panel("state")
        if isinstance(state, Mapping):
            self._settings.remember(f"panel:{self._current}", dict(state))

    def _scan_targets(self) -> Sequence[ScanTarget]:
        """A dialog in front is asked before the panel behind it."""
        front = QApplication.activeModalWidget()
        if front is not None:
            asked = getattr(front, "scan_targets", None)
            return list(asked()) if asked is not None else []
        return list(self._call_panel("scan_targets") or ())

    def _search_panel(self, text: str) -> None:
        if not hasattr(self._panels.get(self._current), "search"):
            self.toasts.show(f"{self._specs[self._current].title} has nothing to search.", "neutral")
            return
        self._call_panel("search", text)

    def _focus_search(self) -> None:
        field = getattr(self._panels.get(self._current), "search_field", None)
        if isinstance(field, QWidget):
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.open_palette()

    # -- inspector -------------------------------------------------------------------------------------------------

    def _open_inspector(self, title: str, widget: QWidget) -> None:
        if self._inspector is None:
            from desktop_app.widgets.inspector import Inspector

            self._inspector = Inspector(self._theme)
            self._inspector.closed.connect(self.hide_inspector)
            self._splitter.addWidget(self._inspector)
            self._splitter.setStretchFactor(1, 0)
            self._splitter.splitterMoved.connect(
                lambda *_: self._remember("inspector", self._inspector.width())
            )
            wide = self._window_state().get("inspector", INSPECTOR_MIN + 40)
            self._splitter.setSizes([max(1, self._splitter.width() - int(wide)), int(wide)])
        self._inspector.show_widget(title, widget)
        self._inspector.show()

    def _next_region(self) -> None:
        """F6: rail, top bar, panel, inspector, and round again."""
        regions = [self.rail, self.top_bar, self.stack.currentWidget(), self._inspector]
        present = [region for region in regions if region is not None and region.isVisible()]
        focus = QApplication.focusWidget()
        here = next(
            (at for at, region in enumerate(present) if focus is not None and region.isAncestorOf(focus)), -1
        )
        target = present[(here + 1) % len(present)]
        if target is self.stack.currentWidget():
            self._call_panel("activate")
        elif (first := _first_focusable(target)) is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _toggle_inspector(self) -> None:
        if self._inspector is not None and self._inspector.isVisible():
            self.hide_inspector()
        else:
            self.show_inspector("Details")

    # -- menus and dialogs -----------------------------------------------------------------------------------------

    def _show_menu(self) -> None:
        from desktop_app.menus import main_menu

        button = self.top_bar.menu_button
        main_menu(self, self.actions_registry, self._theme).popup(
            button.mapToGlobal(button.rect().bottomLeft())
        )

    def _show_person_menu(self) -> None:
        from desktop_app.menus import person_menu

        person = self.top_bar.person
        menu = person_menu(self, self.actions_registry, self._theme)
        corner = person.mapToGlobal(person.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)

    def _show_settings(self) -> None:
        from desktop_app.dialogs.settings_dialog import SettingsDialog

        SettingsDialog(self._theme, self._settings, self).open()

    def _show_shortcuts(self) -> None:
        from desktop_app.dialogs.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self._theme, self.actions_registry, self).open()

    def _show_about(self) -> None:
        from desktop_app.dialogs.about_dialog import AboutDialog

        AboutDialog(self._theme, self).open()

    # -- what happens ----------------------------------------------------------------------------------------------

    def _on_said(self, good: bool, words: str) -> None:
        if not self._settings.flag("scan_flash"):
            self.toasts.show(words, "ok" if good else "danger")
            return
        if self._flash is None:
            from desktop_app.widgets.flash import Flash

            self._flash = Flash(self._theme, self)
        self._flash.flash(good, words)

    def _on_failed(self, task: Task, error: Exception) -> None:
        from desktop_app.error_words import words_for

        words = words_for(error, task.label)
        self.toasts.bad(
            words.sentence, ("Details", lambda: self._show_error(words.sentence, words.technical))
        )

    def _show_error(self, sentence: str, technical: str) -> None:
        from desktop_app.dialogs.error_dialog import ErrorDialog

        ErrorDialog(self._theme, sentence, technical, self).open()

    def _on_setting(self, key: str) -> None:
        if key in ("theme", "density", "reduced_motion"):
            dress(self._theme, self._settings)

    def _on_changed(self, tables: frozenset[str]) -> None:
        if not self._changed_timer.isActive():
            self._changed_timer.start()

    def _after_changes(self) -> None:
        self.refresh_counts()
        self.show_link()

    def _show_counts(self, counts: Mapping[str, int]) -> None:
        self.rail.show_counts(
            {spec.id: counts.get(spec.count_source, 0) for spec in self._specs.values() if spec.count_source}
        )

    def _step_setting(self, key: str, now: str, order: Sequence[str]) -> None:
        self._settings.set(key, order[(order.index(now) + 1) % len(order)])
        self.toasts.show(f"{key.capitalize()}: {self._settings.text(key)}", "neutral", seconds=2)

    def _fold_rail(self) -> None:
        self.rail.fold(not self.rail.is_folded)
        self._remember("folded", self.rail.is_folded)

    # -- Qt and what is remembered ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the inspector."""
        if event.key() == Qt.Key.Key_Escape and self._inspector is not None and self._inspector.isVisible():
            self.hide_inspector()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """Look at the link while visible; counts and link come after the first paint."""
        super().showEvent(event)
        self._link_timer.start(_LINK_EVERY_MS)
        QTimer.singleShot(_READY_AFTER_MS, self, self._after_first_paint)

    def hideEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """And only then."""
        super().hideEvent(event)
        self._link_timer.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Write down what is to be found again."""
        self._call_panel("deactivate")
        self._keep_panel_state()
        self._keep_geometry()
        self.scanner.stop()
        try:
            self._settings.flush()
        except OSError:
            # The layout is lost, nothing else: not worth keeping a person from closing.
            log.exception("the settings could not be written")
        super().closeEvent(event)
        self.closed.emit()

    def _after_first_paint(self) -> None:
        """What nobody can need sooner: shortcuts, scans, link and counts."""
        if not self._is_ready:
            self._is_ready = True
            self.actions_registry.give_shortcuts(self)
            self.scanner.start(self)
            settle_down()
            self.ready.emit()
        self._after_changes()

    def _window_state(self) -> dict[str, Any]:
        state = self._settings.state("window")
        return dict(state) if isinstance(state, Mapping) else {}

    def _remember(self, name: str, value: object) -> None:
        self._settings.remember("window", {**self._window_state(), name: value})

    def _keep_geometry(self) -> None:
        box = self.normalGeometry()
        self._settings.remember(
            "window",
            {
                **self._window_state(),
                "box": [box.x(), box.y(), box.width(), box.height()],
                "maximised": self.isMaximized(),
            },
        )

    def _restore_geometry(self) -> None:
        state = self._window_state()
        if state.get("folded"):
            self.rail.fold(True)
        screen = QGuiApplication.primaryScreen().availableGeometry()
        box = state.get("box")
        if isinstance(box, list) and len(box) == 4 and all(isinstance(n, int) for n in box):
            wanted = QRect(*box)
            if any(other.availableGeometry().intersects(wanted) for other in QGuiApplication.screens()):
                self.setGeometry(wanted)
                if state.get("maximised"):
                    self.setWindowState(Qt.WindowState.WindowMaximized)
                return
        self.resize(min(FIRST_WINDOW[0], screen.width()), min(FIRST_WINDOW[1], screen.height()))


def _first_focusable(region: QWidget) -> QWidget | None:
    """The first widget in `region` that Tab would reach."""
    within = (each for each in region.findChildren(QWidget) if each.isVisible() and each.isEnabled())
    return next((each for each in within if each.focusPolicy() & Qt.FocusPolicy.TabFocus), None)


class _NoSteps:
    """Stands in until `app_context` gives the window the real steps."""

    def remember(self, label: str, compensation: Callable[[], Any]) -> None:
        """Nothing can be taken back here."""


def dress(theme: Theme, settings: Settings) -> None:
    """Bring the theme in line with the settings."""
    from desktop_app.themes.theme import system_scheme

    wanted = settings.text("theme")
    scheme: Scheme = system_scheme() if wanted == "system" else wanted  # type: ignore[assignment]
    theme.switch(scheme, settings.text("density"), reduced_motion=settings.flag("reduced_motion"))  # type: ignore[arg-type]


def _parse_scan(code: str) -> Any:
    from datetime import UTC, datetime

    from services.domain.gs1 import BadScan, parse_scan

    try:
        return parse_scan(code, datetime.now(UTC).date().isoformat())
    except BadScan as refused:
        raise UnreadableCode(str(refused)) from refused

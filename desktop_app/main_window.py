"""The window: rail, top bar, the panel that is shown, its inspector, and what floats over them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from desktop_app.action_table import ACTIONS
from desktop_app.actions import Action, ActionRegistry
from desktop_app.change_feed import ChangeFeed
from desktop_app.panel_context import Desk, PanelContext, Session, UndoSteps
from desktop_app.panel_shell import CurrentSession, PanelShell
from desktop_app.panel_stack import PanelStack
from desktop_app.panels.catalogue import PANELS, PanelSpec
from desktop_app.qt_start import settle_down
from desktop_app.scanner import Scanner, ScanTarget, UnreadableCode
from desktop_app.settings import Settings
from desktop_app.sounds import Silence, Sounds
from desktop_app.task_runner import Task, TaskRunner
from desktop_app.themes.dress import dress
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import INSPECTOR_MIN, SMALLEST_WINDOW, Density, Scheme, Tone
from desktop_app.widgets.notice_bar import NoticeBar
from desktop_app.widgets.progress_strip import ProgressStrip
from desktop_app.widgets.rail import Rail
from desktop_app.widgets.toast import Toasts
from desktop_app.widgets.top_bar import TopBar
from desktop_app.window_dialogs import WindowDialogs
from desktop_app.window_place import WindowPlace

log = logging.getLogger(__name__)

__all__ = ["MainWindow", "dress"]

_LINK_EVERY_MS: Final = 1_000
_COUNT_AT_MOST_EVERY_MS: Final = 250
# Longer than the first rows take, shorter than anybody needs to press a key.
_READY_AFTER_MS: Final = 60
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
        self._runner, self._settings, self._theme = runner, settings, theme
        self._counts, self._providers = counts, tuple(providers)
        self._specs = {spec.id: spec for spec in panels}
        self._place = WindowPlace(settings)
        self._session = CurrentSession(session)
        self._inspected: dict[str, tuple[str, QWidget]] = {}
        self._inspector: Any = None
        self._palette: Any = None
        self._flash: Any = None
        self._idle: Any = None
        self._is_ready = False
        self.undo_stack: UndoSteps = _NoSteps()
        self.actions_registry = ActionRegistry(actions, self)
        self._dialogs = WindowDialogs(self, theme, settings, self.actions_registry)
        self.scanner = Scanner(
            self._scan_targets, parse_scan or _parse_scan, sounds or Silence(), settings, self
        )
        self.stack = PanelStack(theme, settings, self._context_of)
        self._build()
        self.toasts = Toasts(theme, self)
        self.context = PanelContext(
            desk=desk,
            runner=runner,
            feed=feed,
            actions=self.actions_registry,
            settings=settings,
            theme=theme,
            scanner=self.scanner,
            toasts=self.toasts,
            navigate=self.navigate,
            session=cast(Session, self._session),
            shell=PanelShell(self, ""),
            undo=undo,
        )
        self._connect(feed)
        self._allow(session)
        self._place.restore_geometry(self)
        self.rail.fold(bool(self._place.get("folded")))

    # -- for app_context and the shell of panels -----------------------------------------------------------------

    def start(self, panel_id: str = "") -> None:
        """Show the panel asked for, the one of last time, or the first."""
        last = self._place.get("panel", "") if self._settings.flag("reopen_last") else ""
        wanted = panel_id or last
        allowed = self._allowed()
        self.navigate(wanted if wanted in allowed else allowed[0])

    def navigate(self, panel_id: str, kind: str = "", item_id: str = "") -> None:
        """Show a panel and, where `kind` and `item_id` are given, the item in it."""
        if panel_id not in self._allowed():
            self.toasts.show("You may not open that panel.", "warning")
            return
        if panel_id != self.current_panel:
            self._show_panel(panel_id)
        if kind:
            self.stack.call("reveal", kind, item_id)

    @property
    def current_panel(self) -> str:
        """The id of the panel that is shown."""
        return self.stack.current_id

    def panel(self, panel_id: str) -> QWidget | None:
        """A panel that has been shown before."""
        return self.stack.panel(panel_id)

    def inspect(self, panel_id: str, title: str, widget: QWidget | None, *, nothing: bool = False) -> None:
        """Give a panel's inspector another content; it is seen if the panel is, and the person did not close it."""
        if widget is None and not nothing:
            panel = self.stack.panel(panel_id)
            widget = panel.inspector() if panel is not None and hasattr(panel, "inspector") else None
        if widget is None:
            self._inspected.pop(panel_id, None)
        else:
            self._inspected[panel_id] = (title, widget)
        if panel_id == self.current_panel:
            self._show_inspector()

    def notice(
        self, key: str, text: str, tone: Tone = "info", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Keep `text` in the strip under the top bar until it is cleared or closed."""
        self.notices.put(key, text, tone, action)

    def clear_notice(self, key: str) -> None:
        """Take a notice away."""
        self.notices.clear(key)

    def show_person(self, session: Session) -> None:
        """Somebody else works here now: name, permissions and panels follow."""
        self._session.hand_over(session)
        self.top_bar.show_person(session.person, session.role)
        self._allow(session)
        if self.current_panel and self.current_panel not in self._allowed():
            self.navigate(self._allowed()[0])

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
        self.setMinimumSize(*SMALLEST_WINDOW)
        tips = {each: registry.tooltip(f"go.{each}") for each in self._specs if f"go.{each}" in registry}
        self.rail = Rail(theme, list(self._specs.values()), tips)
        self.top_bar = TopBar(
            theme, session.site_name, session.person, session.role, session.time_zone, registry
        )
        self.notices = NoticeBar(theme)
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
        bar, dialogs = self.top_bar, self._dialogs
        self._link_timer = QTimer(self)
        self._link_timer.timeout.connect(self.show_link)
        self._changed_timer = QTimer(self)
        self._changed_timer.setSingleShot(True)
        self._changed_timer.setInterval(_COUNT_AT_MOST_EVERY_MS)
        self._changed_timer.timeout.connect(self._after_changes)
        self.rail.chosen.connect(self.navigate)
        self.rail.fold_clicked.connect(self._fold_rail)
        bar.search_clicked.connect(self.open_palette)
        bar.menu_clicked.connect(lambda: dialogs.menu(bar.menu_button))
        bar.person_clicked.connect(lambda: dialogs.person_menu(bar.person))
        bar.inspector_clicked.connect(self._toggle_inspector)
        bar.badge.clicked.connect(lambda _checked=False: self.navigate("outbox"))
        self.stack.retry_asked.connect(self._retry)
        self.scanner.said.connect(self._on_said)
        self._runner.failed.connect(self._on_failed)
        self._settings.changed.connect(self._on_setting)
        feed.changed.connect(self._on_changed)
        own: dict[str, Callable[[], object]] = {
            "app.quit": self.close,
            "app.settings": dialogs.settings,
            "edit.undo": lambda: self.context.undo(),
            "edit.find": self.open_palette,
            "edit.filter": self._focus_search,
            "view.menu": lambda: dialogs.menu(bar.menu_button),
            "view.rail": self._fold_rail,
            "view.inspector": self._toggle_inspector,
            "view.next_region": self._next_region,
            "view.refresh": lambda: self.stack.call("refresh" if self.stack.can("refresh") else "activate"),
            "view.theme": lambda: self._step_setting("theme", self._theme.scheme, _SCHEMES),
            "view.density": lambda: self._step_setting("density", self._theme.density, _DENSITIES),
            "view.full_screen": lambda: self.showNormal() if self.isFullScreen() else self.showFullScreen(),
            "link.outbox": lambda: self.navigate("outbox"),
            "help.shortcuts": dialogs.shortcuts,
            "help.about": dialogs.about,
            **{f"go.{panel_id}": partial(self.navigate, panel_id) for panel_id in self._specs},
        }
        registry = self.actions_registry
        registry.bind_all({action_id: call for action_id, call in own.items() if action_id in registry})

    def _context_of(self, panel_id: str) -> PanelContext:
        return self.context._replace(shell=PanelShell(self, panel_id))

    def _allow(self, session: Session) -> None:
        self.actions_registry.allow(session.can)
        self.rail.show_panels(self._allowed())

    def _allowed(self) -> list[str]:
        return [spec.id for spec in self._specs.values() if self._session.can(spec.permission)]

    # -- panels ----------------------------------------------------------------------------------------------------

    def _show_panel(self, panel_id: str) -> None:
        self.stack.leave()
        self.stack.enter(self._specs[panel_id])
        self.rail.show_current(panel_id)
        self.actions_registry.show_panel(panel_id)
        self.setWindowTitle(f"{self._specs[panel_id].title} - Holdfast - {self._session.site_name}")
        self._show_inspector()
        self._place.keep("panel", panel_id)
        self.stack.call("activate")
        self.panel_shown.emit(panel_id)

    def _retry(self, panel_id: str) -> None:
        self.stack.forget(panel_id)
        self._show_panel(panel_id)

    def _scan_targets(self) -> Sequence[ScanTarget]:
        """A dialog in front is asked before the panel behind it."""
        front = QApplication.activeModalWidget()
        if front is not None:
            asked = getattr(front, "scan_targets", None)
            return list(asked()) if asked is not None else []
        return list(self.stack.call("scan_targets") or ())

    def _search_panel(self, text: str) -> None:
        if self.stack.can("search"):
            self.stack.call("search", text)
        else:
            self.toasts.show(f"{self._specs[self.current_panel].title} has nothing to search.", "neutral")

    def _focus_search(self) -> None:
        field = getattr(self.stack.current_panel(), "search_field", None)
        if isinstance(field, QWidget):
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.open_palette()

    def _next_region(self) -> None:
        """F6: rail, top bar, panel, inspector, and round again."""
        regions = [self.rail, self.top_bar, self.stack.current_panel(), self._inspector]
        present = [region for region in regions if region is not None and region.isVisible()]
        focus = QApplication.focusWidget()
        here = [at for at, region in enumerate(present) if focus is not None and region.isAncestorOf(focus)]
        target = present[(here[0] + 1) % len(present) if here else 0]
        if target is self.stack.current_panel():
            self.stack.call("activate")
        elif (first := _first_focusable(target)) is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    # -- inspector -------------------------------------------------------------------------------------------------

    def _show_inspector(self) -> None:
        """Bring the inspector in line with the panel that is shown."""
        content = self._inspected.get(self.current_panel)
        closed = bool(self._place.get("inspector_closed"))
        self.top_bar.show_inspector_state(
            possible=content is not None, opened=content is not None and not closed
        )
        if content is None or closed:
            if self._inspector is not None:
                self._inspector.hide()
            return
        if self._inspector is None:
            self._make_inspector()
        self._inspector.show_widget(*content)
        self._inspector.show()

    def _make_inspector(self) -> None:
        from desktop_app.widgets.inspector import Inspector

        self._inspector = Inspector(self._theme)
        self._inspector.closed.connect(self._toggle_inspector)
        self._splitter.addWidget(self._inspector)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.splitterMoved.connect(
            lambda *_: self._place.keep("inspector", self._inspector.width())
        )
        wide = int(self._place.get("inspector", INSPECTOR_MIN + 40))
        self._splitter.setSizes([max(1, self._splitter.width() - wide), wide])

    def _toggle_inspector(self) -> None:
        """The person opens or closes it; it stays so, here and in the other panels."""
        if self.current_panel not in self._inspected:
            self.inspect(self.current_panel, "Details", None)
            if self.current_panel not in self._inspected:
                return
            self._place.keep("inspector_closed", False)
        else:
            self._place.keep("inspector_closed", not self._place.get("inspector_closed"))
        self._show_inspector()

    # -- what happens ----------------------------------------------------------------------------------------------

    def _watch_for_idleness(self) -> None:
        from desktop_app.idle_watch import IdleWatch

        self._idle = IdleWatch(self._settings, self)
        self._idle.idle.connect(lambda: self.actions_registry.trigger("app.lock"))
        self._idle.start(self)

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
            words.sentence, ("Details", lambda: self._dialogs.error(words.sentence, words.technical))
        )

    def _on_setting(self, key: str) -> None:
        if key in ("theme", "density", "reduced_motion"):
            dress(self._theme, self._settings)

    def _on_changed(self, _tables: frozenset[str]) -> None:
        if not self._changed_timer.isActive():
            self._changed_timer.start()

    def _after_changes(self) -> None:
        self.refresh_counts()
        self.show_link()

    def _show_counts(self, counts: Mapping[str, int]) -> None:
        counted = (spec for spec in self._specs.values() if spec.count_source)
        self.rail.show_counts({spec.id: counts.get(spec.count_source, 0) for spec in counted})

    def _step_setting(self, key: str, now: str, order: Sequence[str]) -> None:
        self._settings.set(key, order[(order.index(now) + 1) % len(order)])
        self.toasts.show(f"{key.capitalize()}: {self._settings.text(key)}", "neutral", seconds=2)

    def _fold_rail(self) -> None:
        self.rail.fold(not self.rail.is_folded)
        self._place.keep("folded", self.rail.is_folded)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the inspector."""
        if event.key() == Qt.Key.Key_Escape and self._inspector is not None and self._inspector.isVisible():
            self._toggle_inspector()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the link while visible; counts, keys and scans come after the first paint."""
        super().showEvent(event)
        self._link_timer.start(_LINK_EVERY_MS)
        QTimer.singleShot(_READY_AFTER_MS, self, self._after_first_paint)

    def hideEvent(self, event: QHideEvent) -> None:
        """And only then."""
        super().hideEvent(event)
        self._link_timer.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Write down what is to be found again."""
        self.stack.leave()
        self._place.keep_geometry(self)
        self.scanner.stop()
        if self._idle is not None:
            self._idle.stop()
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
            self._watch_for_idleness()
            settle_down()
            self.ready.emit()
        self._after_changes()


def _first_focusable(region: QWidget) -> QWidget | None:
    """The first widget in `region` that Tab would reach."""
    within = (each for each in region.findChildren(QWidget) if each.isVisible() and each.isEnabled())
    return next((each for each in within if each.focusPolicy() & Qt.FocusPolicy.TabFocus), None)


class _NoSteps:
    """Stands in until `app_context` gives the window the real steps."""

    def remember(self, label: str, compensation: Callable[[], Any]) -> None:
        """Nothing can be taken back here."""


def _parse_scan(code: str) -> Any:
    from datetime import UTC, datetime

    from services.domain.gs1 import BadScan, parse_scan

    try:
        return parse_scan(code, datetime.now(UTC).date().isoformat())
    except BadScan as refused:
        raise UnreadableCode(str(refused)) from refused

"""The window: rail, top bar, the panel that is shown, its inspector, and what floats over them."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop_app.qt_start import settle_down
from desktop_app.settings import Settings
from desktop_app.themes.dress import dress
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SMALLEST_WINDOW, Tone
from desktop_app.window_place import WindowPlace

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent

    from desktop_app.actions import Action
    from desktop_app.change_feed import ChangeFeed
    from desktop_app.glance import Glance
    from desktop_app.panel_context import Desk, PanelContext, Session, UndoSteps
    from desktop_app.panels.catalogue import PanelSpec
    from desktop_app.scanner import ScanTarget
    from desktop_app.sounds import Sounds
    from desktop_app.task_runner import Task, TaskRunner

log = logging.getLogger(__name__)

__all__ = ["MainWindow", "dress"]

_LINK_EVERY_MS: Final = 1_000
_COUNT_AT_MOST_EVERY_MS: Final = 250
# Longer than the first rows take, shorter than anybody needs to press a key.
_READY_AFTER_MS: Final = 60


class MainWindow(QMainWindow):
    """The desk's window: bare at first, with no more than a glance of the rows, until `furnish` makes it whole.

    It binds the actions that concern itself; `app_context` binds the rest. Nothing that is imported above may be heavy:
    the bare window is what a person waits for. `ready` is emitted once it is whole, painted, and answers to keys and
    scans, `closed` once it is really closing and the panels have written their drafts.
    """

    closed = Signal()
    ready = Signal()
    panel_shown = Signal(str)

    def __init__(self, settings: Settings, theme: Theme) -> None:
        """A bare window in the place of last time."""
        super().__init__()
        self._settings, self._theme = settings, theme
        self._place = WindowPlace(settings)
        self._glance: Glance | None = None
        self._palette: Any = None
        self._flash: Any = None
        self._idle: Any = None
        self._is_furnished = False
        self._is_ready = False
        self.setMinimumSize(*SMALLEST_WINDOW)
        self._place.restore_geometry(self)

    def furnish(
        self,
        *,
        desk: Desk,
        runner: TaskRunner,
        feed: ChangeFeed,
        session: Session,
        undo: Callable[[], None],
        sounds: Sounds | None = None,
        parse_scan: Callable[[str], Any] | None = None,
        counts: Callable[[], Mapping[str, int]] | None = None,
        providers: Sequence[Any] = (),
        panels: Sequence[PanelSpec] | None = None,
        actions: Sequence[Action] | None = None,
    ) -> None:
        """Make it whole. `counts()` answers what waits by `count_source`, in the read lane; `providers` are
        PaletteProviders; `panels` and `actions` are those of the product unless others are given."""
        from desktop_app.panel_context import PanelContext
        from desktop_app.panel_shell import CurrentSession, PanelShell
        from desktop_app.window_parts import WindowParts

        self._runner, self._counts, self._providers = runner, counts, tuple(providers)
        self._session = CurrentSession(session)
        self.undo_stack: UndoSteps = _NoSteps()
        parts = WindowParts(
            self, self._settings, theme=self._theme, runner=runner, session=session, panels=panels, actions=actions,
            sounds=sounds, parse_scan=parse_scan, scan_targets=self._scan_targets, context_of=self._context_of,
            place=self._place,
        )  # fmt: skip
        self._specs, self.dialogs, self.inspection = parts.specs, parts.dialogs, parts.inspection
        self.actions_registry, self.scanner, self.stack = parts.actions, parts.scanner, parts.stack
        self.rail, self.top_bar, self.notices, self.strip = (
            parts.rail,
            parts.top_bar,
            parts.notices,
            parts.strip,
        )
        self.setCentralWidget(parts.whole)
        self.toasts = parts.toasts
        self.context = PanelContext(
            desk=desk,
            runner=runner,
            feed=feed,
            actions=parts.actions,
            settings=self._settings,
            theme=self._theme,
            scanner=parts.scanner,
            toasts=parts.toasts,
            navigate=self.navigate,
            session=cast("Session", self._session),
            shell=PanelShell(self, ""),
            undo=undo,
        )
        self._connect(feed)
        self._allow(session)
        self.rail.fold(bool(self._place.get("folded")))
        self._is_furnished = True
        if self._glance is not None:
            self._glance.raise_()
        if self.isVisible():
            parts.whole.show()
            self._begin_looking()

    def show_glance(self, glance: Glance) -> None:
        """Cover the window with a glance of its rows until `lift_glance`."""
        self._glance = glance
        glance.setParent(self)
        glance.setGeometry(self.rect())
        glance.setFocus()

    def lift_glance(self) -> None:
        """What is behind the glance is there: show it, and let it have what was typed meanwhile."""
        glance, self._glance = self._glance, None
        if glance is None:
            return
        glance.hide()
        QTimer.singleShot(0, self, self._after_first_paint)
        QTimer.singleShot(0, self, lambda: glance.pass_on(self))

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
    def specs(self) -> Sequence[PanelSpec]:
        """The panels that this window has."""
        return list(self._specs.values())

    @property
    def current_panel(self) -> str:
        """The id of the panel that is shown."""
        return self.stack.current_id

    def panel(self, panel_id: str) -> QWidget | None:
        """A panel that has been shown before."""
        return self.stack.panel(panel_id)

    def inspect(self, panel_id: str, title: str, widget: QWidget | None, *, nothing: bool = False) -> None:
        """Give a panel's inspector another content; it is seen if the panel is, and the person did not close it."""
        self.inspection.put(panel_id, self.stack.panel(panel_id), title, widget, nothing)

    def notice(
        self, key: str, text: str, tone: Tone = "info", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Keep `text` in the strip under the top bar until it is cleared or closed."""
        self.notices.put(key, text, tone, action)

    def clear_notice(self, key: str) -> None:
        """Take a notice away."""
        self.notices.clear(key)

    def show_person(self, session: Session) -> None:
        """Somebody else works here now, or the site changed: names, permissions and panels follow."""
        self._session.hand_over(session)
        self.top_bar.show_person(session.person, session.role, session.site_name)
        self._allow(session)
        if self.current_panel and self.current_panel not in self._allowed():
            self.navigate(self._allowed()[0])

    def show_link(self) -> None:
        """Read the link, off the UI thread since it counts rows, and write the badge."""
        desk = self.context.desk
        self._runner.run(lambda: desk.link, self.top_bar.badge.show_status, self, key="link")

    def fold_rail(self) -> None:
        """Icons only, or icons with words."""
        self.rail.fold(not self.rail.is_folded)
        self._place.keep("folded", self.rail.is_folded)

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

    def _connect(self, feed: ChangeFeed) -> None:
        from desktop_app.window_actions import bind_own_actions

        bar, dialogs = self.top_bar, self.dialogs
        self._link_timer = QTimer(self)
        self._link_timer.timeout.connect(self.show_link)
        self._changed_timer = QTimer(self)
        self._changed_timer.setSingleShot(True)
        self._changed_timer.setInterval(_COUNT_AT_MOST_EVERY_MS)
        self._changed_timer.timeout.connect(self._after_changes)
        self.rail.chosen.connect(self.navigate)
        self.rail.fold_clicked.connect(self.fold_rail)
        bar.search_clicked.connect(self.open_palette)
        bar.menu_clicked.connect(lambda: dialogs.menu(bar.menu_button))
        bar.person_clicked.connect(lambda: dialogs.person_menu(bar.person))
        bar.inspector_clicked.connect(self.inspection.toggle)
        bar.badge.clicked.connect(lambda _checked=False: self.navigate("outbox"))
        self.stack.retry_asked.connect(self._retry)
        self.scanner.said.connect(self._on_said)
        self._runner.failed.connect(self._on_failed)
        self._settings.changed.connect(self._on_setting)
        feed.changed.connect(self._on_changed)
        bind_own_actions(self, self._settings, self._theme)

    def _context_of(self, panel_id: str) -> PanelContext:
        from desktop_app.panel_shell import PanelShell

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
        self.inspection.show()
        self._place.keep("panel", panel_id)
        self.stack.call("activate")
        self.panel_shown.emit(panel_id)

    def _retry(self, panel_id: str) -> None:
        self.stack.forget(panel_id)
        self._show_panel(panel_id)

    def _scan_targets(self) -> Sequence[ScanTarget]:
        """A dialog in front is asked before the panel behind it."""
        from PySide6.QtWidgets import QApplication

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

    # -- what happens ----------------------------------------------------------------------------------------------

    def _watch_for_idleness(self) -> None:
        from desktop_app.idle_watch import IdleWatch

        self._idle = IdleWatch(self._settings, self)
        self._idle.idle.connect(lambda: self.actions_registry.trigger("app.lock"))
        self._idle.quiet.connect(lambda: gc.collect())
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
            words.sentence, ("Details", lambda: self.dialogs.error(words.sentence, words.technical))
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

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the inspector."""
        from PySide6.QtCore import Qt

        if event.key() == Qt.Key.Key_Escape and self._is_furnished and self.inspection.is_open:
            self.inspection.toggle()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The glance covers all of it."""
        super().resizeEvent(event)
        if self._glance is not None:
            self._glance.setGeometry(self.rect())

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the link while visible; counts, keys and scans come after the first paint."""
        super().showEvent(event)
        if self._is_furnished:
            self._begin_looking()

    def hideEvent(self, event: QHideEvent) -> None:
        """And only then."""
        super().hideEvent(event)
        if self._is_furnished:
            self._link_timer.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Write down what is to be found again."""
        if self._is_furnished:
            self.stack.leave()
            self._keep_glance()
            self.scanner.stop()
        self._place.keep_geometry(self)
        if self._idle is not None:
            self._idle.stop()
        try:
            self._settings.flush()
        except OSError:
            # The layout is lost, nothing else: not worth keeping a person from closing.
            log.exception("the settings could not be written")
        super().closeEvent(event)
        self.closed.emit()

    def _begin_looking(self) -> None:
        self._link_timer.start(_LINK_EVERY_MS)
        if self._glance is None:
            QTimer.singleShot(_READY_AFTER_MS, self, self._after_first_paint)

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

    def _keep_glance(self) -> None:
        """Remember where the rows of the shown panel are, so that the next start can show them there at once."""
        from desktop_app.glance_layout import layout_of

        spec, panel = self._specs.get(self.current_panel), self.stack.current_panel()
        layout = None
        if spec is not None and panel is not None:
            layout = layout_of(self, panel, spec, self._theme, self.inspection.widget)
        self._place.keep("glance", layout)


class _NoSteps:
    """Stands in until `app_context` gives the window the real steps."""

    def remember(self, label: str, compensation: Callable[[], Any]) -> None:
        """Nothing can be taken back here."""

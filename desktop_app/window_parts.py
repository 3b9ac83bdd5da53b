"""The parts of the whole window, made and laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop_app.action_table import ACTIONS
from desktop_app.actions import Action, ActionRegistry
from desktop_app.panel_context import PanelContext, Session
from desktop_app.panel_stack import PanelStack
from desktop_app.panels.catalogue import PANELS, PanelSpec
from desktop_app.scanner import Scanner, ScanTarget, UnreadableCode
from desktop_app.settings import Settings
from desktop_app.sounds import Silence, Sounds
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.widgets.notice_bar import NoticeBar
from desktop_app.widgets.progress_strip import ProgressStrip
from desktop_app.widgets.rail import Rail
from desktop_app.widgets.toast import Toasts
from desktop_app.widgets.top_bar import TopBar
from desktop_app.window_dialogs import WindowDialogs
from desktop_app.window_inspector import WindowInspector
from desktop_app.window_place import WindowPlace

if TYPE_CHECKING:
    from desktop_app.main_window import MainWindow


class WindowParts:
    """Rail, top bar, notices, the panels with the inspector beside them, the strip; `whole` holds them all."""

    def __init__(
        self,
        window: MainWindow,
        settings: Settings,
        *,
        theme: Theme,
        runner: TaskRunner,
        session: Session,
        panels: Sequence[PanelSpec] | None,
        actions: Sequence[Action] | None,
        sounds: Sounds | None,
        parse_scan: Callable[[str], Any] | None,
        scan_targets: Callable[[], Sequence[ScanTarget]],
        context_of: Callable[[str], PanelContext],
        place: WindowPlace,
    ) -> None:
        self.specs = {spec.id: spec for spec in (PANELS if panels is None else panels)}
        self.actions = ActionRegistry(ACTIONS if actions is None else actions, window)
        self.dialogs = WindowDialogs(window, theme, settings, self.actions)
        self.scanner = Scanner(scan_targets, parse_scan or _parse_scan, sounds or Silence(), settings, window)
        self.stack = PanelStack(theme, settings, context_of)
        tips = {
            each: self.actions.tooltip(f"go.{each}") for each in self.specs if f"go.{each}" in self.actions
        }
        self.rail = Rail(theme, list(self.specs.values()), tips)
        self.top_bar = TopBar(
            theme, session.site_name, session.person, session.role, session.time_zone, self.actions
        )
        self.notices = NoticeBar(theme)
        self.strip = ProgressStrip(theme, runner, self.actions)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.stack)
        splitter.setStretchFactor(0, 1)
        self.inspection = WindowInspector(
            theme, place, splitter, self.top_bar, lambda: (self.stack.current_id, self.stack.current_panel())
        )
        self.whole = self._laid_out(splitter)
        self.toasts = Toasts(theme, window)

    def _laid_out(self, splitter: QSplitter) -> QWidget:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.setContentsMargins(0, 0, 0, 0)
        for piece in (self.top_bar, self.notices):
            right.addWidget(piece)
        right.addWidget(splitter, 1)
        right.addWidget(self.strip)
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setSpacing(0)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.rail)
        across.addLayout(right, 1)
        return whole


def _parse_scan(code: str) -> Any:
    from services.domain.gs1 import BadScan, parse_scan

    try:
        return parse_scan(code, datetime.now(UTC).date().isoformat())
    except BadScan as refused:
        raise UnreadableCode(str(refused)) from refused

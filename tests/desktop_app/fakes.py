"""A desk, a session and a link made of plain values, for tests and the gallery of the shell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from desktop_app.action_table import ACTIONS
from desktop_app.actions import ActionRegistry
from desktop_app.change_feed import ChangeFeed
from desktop_app.main_window import MainWindow
from desktop_app.panels.catalogue import PANELS, PanelSpec
from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme


@dataclass
class FakeLink:
    state: str = "live"
    since: datetime | None = None
    pending: int = 0
    needs_attention: int = 0
    synced_at: datetime | None = None

    @staticmethod
    def offline() -> FakeLink:
        then = datetime.now(UTC) - timedelta(minutes=47)
        return FakeLink("offline", then, 12, 0, then)


@dataclass
class FakeDesk:
    link: FakeLink = field(default_factory=FakeLink)
    read: Any = field(default_factory=SimpleNamespace)
    done: list[Any] = field(default_factory=list)

    def do(self, command: Any) -> Any:
        self.done.append(command)
        return SimpleNamespace(status="provisional", message="")

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return lambda: None


@dataclass
class FakeSession:
    person: str = "Asha Nair"
    role: str = "Supervisor"
    user_id: str = "user-1"
    site_id: str = "site-1"
    currency: str = "GBP"
    site_name: str = "Northgate"
    time_zone: str = "Europe/London"
    denied: frozenset[str] = frozenset()

    def can(self, permission: str) -> bool:
        return permission not in self.denied


@dataclass
class FakeSounds:
    played: list[str] = field(default_factory=list)

    def play(self, sound: str) -> None:
        self.played.append(sound)

    def close(self) -> None:
        pass


def registry() -> ActionRegistry:
    return ActionRegistry(ACTIONS)


def make_window(
    *,
    theme: Theme | None = None,
    settings: Settings | None = None,
    runner: TaskRunner | None = None,
    desk: FakeDesk | None = None,
    session: FakeSession | None = None,
    panels: tuple[PanelSpec, ...] = PANELS,
    **more: Any,
) -> MainWindow:
    """A window on fakes; close it, and its runner, when done."""
    window = MainWindow(settings or Settings(None), theme or Theme())
    window.furnish(
        desk=desk or FakeDesk(),
        runner=runner or TaskRunner(),
        feed=ChangeFeed(),
        session=session or FakeSession(),
        undo=more.pop("undo", lambda: None),
        panels=panels,
        **more,
    )
    return window

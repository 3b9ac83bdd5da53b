"""The site of this desk as it is recorded now: its name follows in the window, and a place that is missing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from services.storage.tables import Site

if TYPE_CHECKING:
    from desktop_app.change_feed import ChangeFeed
    from desktop_app.main_window import MainWindow
    from desktop_app.session import DeskSession
    from desktop_app.task_runner import TaskRunner

_KEY: Final = "site"
_EDIT: Final = "masterdata.edit"


class SiteWatch(QObject):
    """Looks at the site when somebody begins to work and whenever sites change; ``read()`` answers its row."""

    def __init__(
        self, window: MainWindow, feed: ChangeFeed, runner: TaskRunner, read: Callable[[], Site]
    ) -> None:
        super().__init__(window)
        self._window, self._runner, self._read = window, runner, read
        self._session: DeskSession | None = None
        feed.changed.connect(self._on_changed)

    def begin(self, session: DeskSession) -> None:
        """Somebody begins to work here."""
        self._session = session
        self._say_what_is_missing(session)

    def _on_changed(self, tables: frozenset[str]) -> None:
        if "site" in tables:
            self._runner.run(self._read, self._show, self, key="site")

    def _show(self, site: Site) -> None:
        if self._session is None or site == self._session.site:
            return
        self._session = self._session._replace(site=site)
        self._window.show_person(self._session)
        self._say_what_is_missing(self._session)

    def _say_what_is_missing(self, session: DeskSession) -> None:
        """An empty server's first site stands at 0, 0 until somebody enters where it is."""
        site = session.site
        if (site.latitude, site.longitude) != (0, 0) or not session.can(_EDIT):
            self._window.clear_notice(_KEY)
            return
        self._window.notice(
            _KEY,
            f"It is not recorded where {site.name} is, so vans stand in the wrong place and arrivals cannot be right. "
            f"Enter its place; its time zone is {site.timezone}, its currency {site.currency}.",
            "warning",
            ("Open the site", lambda: self._window.navigate("admin", "site", site.id)),
        )

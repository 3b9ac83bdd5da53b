"""The sites of this desk in the window: where it stands, how to go to another, and what came or went in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject

from services.storage.tables import Site

if TYPE_CHECKING:
    from desktop_app.change_feed import ChangeFeed
    from desktop_app.main_window import MainWindow
    from desktop_app.session import DeskSession
    from desktop_app.settings import Settings
    from desktop_app.task_runner import TaskRunner
    from local_db.queries.terminal_queries import HeldSite

_KEY: Final = "site"
_EDIT: Final = "masterdata.edit"
_TABLES: Final = frozenset({"site", "terminal_site"})
_REMEMBERED: Final = "sites"


class SitesHere(NamedTuple):
    """The site where this desk stands, the ids of all that it works at, and their record, past ones too."""

    here: Site
    held: tuple[str, ...]
    record: tuple[HeldSite, ...]


class SiteWatch(QObject):
    """Looks when somebody begins to work and whenever sites change. ``read()`` answers how things are, ``go(id)`` takes
    the window to another site."""

    def __init__(
        self,
        window: MainWindow,
        feed: ChangeFeed,
        runner: TaskRunner,
        settings: Settings,
        read: Callable[[], SitesHere],
        go: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window, self._runner, self._settings = window, runner, settings
        self._read, self._go = read, go
        self._session: DeskSession | None = None
        self._known: SitesHere | None = None
        window.actions_registry.when(
            "several_sites",
            lambda: self._known is not None and len(self._known.held) > 1,
            "This desk works at one site only.",
        )
        window.actions_registry.bind("app.site", self._offer)
        window.top_bar.site_clicked.connect(self._offer)
        feed.changed.connect(self._on_changed)

    def begin(self, session: DeskSession) -> None:
        """Somebody begins to work here."""
        self._session = session
        self._say_what_is_missing(session)
        self._look()

    def _on_changed(self, tables: frozenset[str]) -> None:
        if tables & _TABLES:
            self._look()

    def _look(self) -> None:
        self._runner.run(self._read, self._show, self, key="site")

    def _show(self, found: SitesHere) -> None:
        if self._session is None:
            return
        if found.held and self._session.site_id not in found.held:
            # The window is made anew there, and says then what has happened.
            self._go(found.here.id)
            return
        self._known = found
        self._window.top_bar.site.offer_choice(len(found.held) > 1)
        self._window.actions_registry.refresh()
        self._tell_changes(found)
        if found.here != self._session.site:
            self._session = self._session._replace(site=found.here)
            self._window.show_person(self._session)
            self._say_what_is_missing(self._session)

    def _offer(self) -> None:
        from desktop_app.widgets.choice_menu import ChoiceMenu

        found = self._known
        if found is None or len(found.held) < 2:
            return
        menu = ChoiceMenu(self._window, "sites.menu")
        names = _names(found)
        for site_id in sorted(found.held, key=lambda each: names.get(each, each)):
            is_here = site_id == found.here.id
            menu.offer(
                names.get(site_id, site_id),
                lambda site_id=site_id, is_here=is_here: None if is_here else self._go(site_id),  # type: ignore[misc]
                checked=is_here,
            )
        menu.pop_under(self._window.top_bar.site)

    def _tell_changes(self, found: SitesHere) -> None:
        """Say once what this desk was given and lost since somebody last looked."""
        before = self._settings.state(_REMEMBERED)
        now = sorted(found.held)
        if before == now:
            return
        self._settings.remember(_REMEMBERED, now)
        if not isinstance(before, list) or not found.record:
            return
        for row in found.record:
            is_held = row.site_id in found.held
            if is_held and row.until is None and row.site_id not in before:
                self._window.clear_notice(f"site lost {row.site_id}")
                self._window.notice(
                    f"site got {row.site_id}",
                    f"This desk works at {row.name} too, from now on{_because(row)}. Its stock, orders and routes are here.",
                    "info",
                    (f"Go to {row.name}", lambda site_id=row.site_id: self._go(site_id)),
                )
        for row in {row.site_id: row for row in found.record if row.until is not None}.values():
            if row.site_id in before and row.site_id not in found.held:
                self._window.clear_notice(f"site got {row.site_id}")
                self._window.notice(
                    f"site lost {row.site_id}",
                    f"This desk works at {row.name} no more{_because(row)}. Its stock and orders have left this computer; "
                    "what was done there before that still goes to the server.",
                    "warning",
                )

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


def _names(found: SitesHere) -> dict[str, str]:
    return {row.site_id: row.name for row in found.record} | {found.here.id: found.here.name}


def _because(row: HeldSite) -> str:
    return f" ({row.reason})" if row.reason else ""

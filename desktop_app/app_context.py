"""Wires the desk once: files and sync, runner, settings, theme, window; and lets people sign in, out and over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.change_feed import ChangeFeed
from desktop_app.glance_lift import lift_when_there
from desktop_app.people import NotSignedIn, People
from desktop_app.session import DeskSession
from desktop_app.settings import Settings
from desktop_app.site_watch import SitesHere, SiteWatch
from desktop_app.sounds import PlayedSounds
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.dress import dress
from desktop_app.themes.theme import Theme
from desktop_app.undo import UndoStack
from services.storage.tables import Site, User

if TYPE_CHECKING:
    from desktop_app.dialogs.enrol_dialog import EnrolAnswers, EnrolDialog
    from desktop_app.dialogs.sign_in_dialog import SignInAnswers, SignInDialog
    from desktop_app.first_sight import FirstSight
    from desktop_app.main_window import MainWindow
    from desktop_app.widgets.palette import PaletteItem, PaletteProvider
    from local_db.desk import Desk

log = logging.getLogger(__name__)

_PANEL_OF: Final[Mapping[str, str]] = {
    "order": "orders",
    "product": "inventory",
    "location": "inventory",
    "customer": "admin",
    "vehicle": "fleet",
}


class AppContext(QObject):
    """One desk's program. ``open_window`` shows it; whoever made it calls ``close`` in the end."""

    def __init__(
        self, desk: Desk, folder: Path, *, server_url: str = "", sight: FirstSight | None = None
    ) -> None:
        """``sight``: the bare window that is on the screen already; it becomes the desk's."""
        super().__init__()
        self.desk = desk
        self.people = People(desk)
        self.settings = sight.settings if sight is not None else Settings(folder / "settings.json", self)
        self.theme = sight.theme if sight is not None else Theme(parent=self)
        self.runner = TaskRunner(self)
        self.feed = ChangeFeed(self)
        self.undo = UndoStack(desk, self.runner, self)
        self.sounds = PlayedSounds()
        self.window: MainWindow | None = None
        self._site_watch: SiteWatch | None = None
        self._bare = sight.window if sight is not None else None
        self._server_url = server_url
        self._dialog: SignInDialog | EnrolDialog | None = None
        self._user: User | None = None
        self._end_subscription = desk.subscribe(self.feed.publish)

    # From nothing to a window

    def start(self) -> None:
        """Go on where this desk was: with the person who was signed in, or with asking who it is."""
        dress(self.theme, self.settings)
        self.theme.apply()
        if self.desk.identity is None:
            self._ask_to_enrol()
            return
        user = self.people.resume()
        if user is not None:
            self.open_window(user)
        else:
            self._drop_bare()
            self._ask_who()
        # The first rows come from the cache; the network may come in after they are painted.
        QTimer.singleShot(0, self, self._start_sync)

    def open_window(self, user: User) -> MainWindow:
        """Show the window for a person, or hand it over to them."""
        self._user = user
        session = DeskSession(user, self._site())
        if self.window is None:
            self.window = self._make_window(session)
            self.window.start()
            lift_when_there(self.window)
        else:
            self.undo.clear()
            self.window.show_person(session)
        assert self._site_watch is not None
        self._site_watch.begin(session)
        self.window.show()
        return self.window

    def raise_window(self) -> None:
        """Bring what is open to the front: somebody launched this profile again."""
        front = self._dialog or self.window or self._bare
        if front is not None:
            front.show()
            front.raise_()
            front.activateWindow()

    def close(self) -> None:
        """End everything: drafts are written, threads end, files close."""
        self._end_subscription()
        if self._dialog is not None:
            self._dialog.close()
        if self.window is not None:
            self.window.close()
        self._drop_bare()
        self.sounds.close()
        self.settings.flush()
        left = self.runner.close()
        if left:
            log.error("these threads did not end: %s", ", ".join(left))
        self.desk.close()

    def _drop_bare(self) -> None:
        """Nobody goes on where the bare window was shown for somebody: away with it."""
        bare, self._bare = self._bare, None
        if bare is not None:
            bare.close()
            bare.deleteLater()

    def _start_sync(self) -> None:
        from services.sync.errors import Offline

        try:
            self.desk.start()
        except Offline:
            log.info("no server is set: this desk works on its own")

    def _site(self) -> Site:
        sites = self.desk.read.sites()
        return next((site for site in sites if site.id == self.desk.site_id), sites[0])

    def _sites_here(self) -> SitesHere:
        from local_db.queries.terminal_queries import sites_of_desk

        identity = self.desk.identity
        record = sites_of_desk(self.desk.read, identity.terminal_code) if identity is not None else []
        return SitesHere(self._site(), tuple(self.desk.sites), tuple(record))

    def _go_to(self, site_id: str) -> None:
        """Work at another site of this desk."""
        self.runner.run(
            lambda: self.desk.stand_at(site_id),
            lambda _none: self._make_anew(),
            self,
            lane="write",
            key="go",
            label="Going to another site",
        )

    def _make_anew(self) -> None:
        """Panels know one site only: the window is made anew, at the same place, for the site that is stood at."""
        old, user = self.window, self._user
        if old is None or user is None:
            return
        quits = QApplication.quitOnLastWindowClosed()
        QApplication.setQuitOnLastWindowClosed(False)
        old.close()
        self.window = None
        self.undo.clear()
        self.open_window(user).setEnabled(old.isEnabled())
        old.deleteLater()
        QApplication.setQuitOnLastWindowClosed(quits)

    def _site_name(self) -> str:
        """The site in words; empty where no rows are here yet, as after an update that made the cache anew."""
        return self._site().name if self.desk.read.sites() else ""

    def _make_window(self, session: DeskSession) -> MainWindow:
        from desktop_app.main_window import MainWindow

        window, self._bare = self._bare or MainWindow(self.settings, self.theme), None
        window.furnish(
            desk=self.desk,
            runner=self.runner,
            feed=self.feed,
            session=session,
            undo=self.undo.undo,
            sounds=self.sounds,
            counts=self._counts,
            providers=self._providers(),
        )
        self._site_watch = SiteWatch(
            window, self.feed, self.runner, self.settings, self._sites_here, self._go_to
        )
        window.undo_stack = self.undo
        self.undo.say = lambda text, tone: window.toasts.show(text, tone)  # type: ignore[arg-type]
        window.ready.connect(lambda: self._say_desk(window))
        window.actions_registry.bind_all(
            {
                "app.lock": self._lock,
                "app.sign_out": self._sign_out,
                "link.sync_now": self.desk.sync_now,
            }
        )
        return window

    def _say_desk(self, window: MainWindow) -> None:
        from desktop_app.desk_words import desk_in_words

        self.runner.run(
            lambda: desk_in_words(self.desk), lambda said: window.strip.show_health(*said), window
        )

    # People

    def _ask_who(self, *, known: str = "") -> None:
        from desktop_app.dialogs.sign_in_dialog import SignInDialog

        names = self.people.known_usernames()
        dialog = SignInDialog(
            self.theme,
            self._try_sign_in,
            site=self._site_name(),
            known=[known, *(name for name in names if name != known)] if known else names,
            offline_words=self.people.offline_words(),
        )
        dialog.rejected.connect(self._nobody_came)
        self._dialog = dialog
        dialog.open()

    def _try_sign_in(self, answers: SignInAnswers) -> None:
        dialog = self._dialog
        assert dialog is not None
        dialog.show_busy()  # type: ignore[union-attr]
        self.runner.run(
            lambda: self.people.sign_in(answers.username, answers.password),
            self._signed_in,
            self,
            failed=self._sign_in_failed,
            lane="write",
            label="Signing in",
        )

    def _signed_in(self, user: User) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self.open_window(user)
        if self.window is not None:
            self.window.setEnabled(True)

    def _sign_in_failed(self, error: Exception) -> bool:
        if not isinstance(error, NotSignedIn):
            if self._dialog is not None:
                self._dialog.show_error("Signing in did not work; nothing was changed. Try again.")
            return False
        if self._dialog is not None:
            self._dialog.show_error(str(error))
        return True

    def _nobody_came(self) -> None:
        if self.window is None:
            QApplication.quit()

    def _lock(self) -> None:
        """Nobody may do anything until somebody signs in; syncing goes on."""
        if self.window is not None:
            self.window.setEnabled(False)
        self.runner.run(self.people.lock, lambda _none: None, self, lane="write")
        self._ask_who()

    def _sign_out(self) -> None:
        self.runner.run(self.people.sign_out, lambda _none: None, self, lane="write")
        # At once, also where it fails.
        self._lock()

    # Enrolment

    def _ask_to_enrol(self) -> None:
        from desktop_app.dialogs.enrol_dialog import EnrolDialog

        dialog = EnrolDialog(self.theme, self._try_enrol, server_url=self._server_url)
        dialog.rejected.connect(self._nobody_came)
        self._dialog = dialog
        dialog.open()

    def _try_enrol(self, answers: EnrolAnswers) -> None:
        from desktop_app.enrolment import enrol, how_far
        from desktop_app.task_runner import report_progress

        dialog = self._dialog
        assert dialog is not None
        self.desk.use_server(answers.server_url)
        task = self.runner.run(
            lambda: enrol(
                self.desk,
                answers.username,
                answers.password,
                answers.terminal_name,
                answers.site,
                lambda done, note: report_progress(done / 4, note),
            ),
            lambda _none: self._enrolled(),
            self,
            failed=self._enrolment_failed,
            lane="write",
            label="Enrolling this terminal",
        )
        dialog.follow(lambda: how_far(task.share, self.desk.link.progress))  # type: ignore[union-attr]

    def _enrolled(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self._ask_who()
        self._start_sync()

    def _enrolment_failed(self, error: Exception) -> bool:
        from desktop_app.enrolment import ChooseSite
        from services.sync.errors import SyncError

        dialog = self._dialog
        if dialog is None:
            return False
        if isinstance(error, ChooseSite):
            dialog.show_sites([(site.id, site.name) for site in error.sites])  # type: ignore[union-attr]
            return True
        dialog.show_error(str(error))
        return isinstance(error, SyncError)

    # What the window asks for

    def _counts(self) -> Mapping[str, int]:
        from local_db.queries.counts import waiting_counts

        return waiting_counts(self.desk.read, self.desk.site_id)

    def _providers(self) -> Sequence[PaletteProvider]:
        from desktop_app.widgets.palette import PaletteProvider

        return (PaletteProvider("search", "Found here", self._find),)

    def _find(self, text: str, limit: int) -> Sequence[PaletteItem]:
        from desktop_app.widgets.palette import PaletteItem

        found = self.desk.read.search(text, site_id=self.desk.site_id, limit=limit)
        return [
            PaletteItem(hit.title, self._reveal(hit.kind, hit.id), hit.subtitle)
            for hit in found
            if hit.kind in _PANEL_OF
        ]

    def _reveal(self, kind: str, item_id: str) -> Callable[[], None]:
        def show() -> None:
            if self.window is not None:
                self.window.navigate(_PANEL_OF[kind], kind, item_id)

        return show

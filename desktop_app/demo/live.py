"""The demo on a screen: the desk on an embedded server, with vans moving and a link that one can cut."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QProgressDialog

from desktop_app.app_context import AppContext
from desktop_app.demo.proxy import Proxy
from desktop_app.demo.server_process import ServerProcess
from services.protocol.messages import EnrollRequest

if TYPE_CHECKING:
    from desktop_app.demo.drivers import Drivers

PASSWORD: Final = "holdfast"
PERSON: Final = "grace"
DRIVER: Final = "kim"


def play_live(folder: Path, server_options: Sequence[str]) -> int:
    """Run the demo until its window is closed; everything lives in ``folder``."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Holdfast")
    server = ServerProcess(folder / "server", password=PASSWORD, options=["--demo", *server_options])
    proxy: Proxy | None = None
    drivers: Drivers | None = None
    context: AppContext | None = None
    try:
        _wait_for(server, app)
        proxy = Proxy(server.port)
        context = _desk(folder / "desk", proxy.url)
        drivers = _drivers(folder / "drivers", server.url)
        drivers.start()
        context.start()
        assert context.window is not None
        CutSwitch(context, proxy)
        print(
            f"Holdfast is open as {PERSON}; everybody's password is {PASSWORD!r}. The server is at {server.url}"
        )
        return app.exec()
    finally:
        if drivers is not None:
            drivers.close()
        if context is not None:
            context.close()
        if proxy is not None:
            proxy.close()
        server.stop()


class CutSwitch(QObject):
    """A notice in the window that says how the demo's link is, and cuts or mends it."""

    def __init__(self, context: AppContext, proxy: Proxy) -> None:
        super().__init__(context)
        self._context, self._proxy = context, proxy
        self._show()

    def toggle(self) -> None:
        """Cut the link, or mend it."""
        if self._proxy.is_cut:
            self._proxy.restore()
            self._context.desk.sync_now()
        else:
            self._proxy.cut()
        self._show()

    def _show(self) -> None:
        window = self._context.window
        if window is None:
            return
        if self._proxy.is_cut:
            window.notice(
                "demo", "The cable is out. Go on working: everything is kept, and goes up when it is back.", "warning",
                ("Plug it in again", self.toggle),
            )  # fmt: skip
        else:
            window.notice(
                "demo", "This is a demo on a server of its own. Cut the link and see that work goes on.", "info",
                ("Cut the link", self.toggle),
            )  # fmt: skip


def _wait_for(server: ServerProcess, app: QApplication) -> None:
    progress = QProgressDialog("Building the sample warehouse...", "", 0, 0)
    progress.setWindowTitle("Holdfast")
    progress.setCancelButton(None)
    progress.setMinimumDuration(0)
    progress.show()
    try:
        server.ready(on_wait=app.processEvents)
    finally:
        progress.close()


def _desk(folder: Path, url: str) -> AppContext:
    """A desk that is enrolled and signed in, as it would be on any working day."""
    from desktop_app.enrolment import enrol
    from local_db.desk import Desk

    desk = Desk.open(folder, server_url=url, allow_plain=True)
    enrol(desk, "admin", PASSWORD, "Demo desk", "", lambda _done, _note: None)
    context = AppContext(desk, folder, server_url=url)
    context.people.sign_in(PERSON, PASSWORD)
    return context


def _drivers(folder: Path, url: str) -> Drivers:
    from desktop_app.demo.drivers import Drivers
    from services.sync.transport import HttpTransport

    transport = HttpTransport(url)
    try:
        admin = transport.login("admin", PASSWORD)
        driver = transport.login(DRIVER, PASSWORD)
        site_id = str(admin.user["sites"][0]["id"])
        identity = transport.enroll(
            admin.access_token, EnrollRequest(name="Drivers' phones", site_id=site_id)
        )
    finally:
        transport.close()
    return Drivers(folder, url, identity, str(driver.user["id"]), driver.access_token)

"""`holdfast desk`: the desktop client."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import fail, parser, profile_folder


def main(arguments: Sequence[str]) -> int:
    """Open the desk of a profile, and stay until its window is closed."""
    words = parser("desk", "The desktop client. The first time, an administrator enrols this computer.")
    words.add_argument("--server", default="", metavar="URL", help="the server; needed once, when enrolling")
    words.add_argument("--profile", default="default", help="which of this computer's desks")
    words.add_argument("--folder", type=Path, default=None, help="keep the profile's files here")
    words.add_argument("--ca-file", type=Path, default=None, help="trust this certificate authority")
    words.add_argument(
        "--plain",
        action="store_true",
        help="a new profile is not encrypted (where your administrator allows it)",
    )
    chosen = words.parse_args(list(arguments))
    folder = chosen.folder or profile_folder(chosen.profile)
    return open_desk(folder, server=chosen.server, ca_file=chosen.ca_file, allow_plain=chosen.plain)


def open_desk(
    folder: Path, *, server: str = "", ca_file: Path | None = None, allow_plain: bool = False
) -> int:
    """Open the desk in ``folder`` in a window; answers the exit code."""
    from desktop_app.qt_start import bring_in_qt

    bring_in_qt()

    from desktop_app.desk_address import read_address, write_address
    from local_db.desk import Desk
    from local_db.errors import LocalError, ProfileInUse

    known = read_address(folder)
    url = server or known
    try:
        desk = Desk.open(folder, server_url=url, ca_file=ca_file, allow_plain=allow_plain)
    except ProfileInUse:
        from desktop_app.first_window import raise_first_window

        # A second launch raises the first window instead of opening another.
        return 0 if raise_first_window(folder) else fail("This desk is open already, in another session.")
    except LocalError as problem:
        return fail(str(problem))
    write_address(folder, url)

    from PySide6.QtWidgets import QApplication

    from desktop_app.app_context import AppContext
    from desktop_app.themes.scale import scale_everything

    scale_everything(folder / "settings.json")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Holdfast")
    context = AppContext(desk, folder, server_url=url)
    context.start()

    from desktop_app.first_window import FirstWindow

    first = FirstWindow(folder, context.raise_window, context)
    try:
        return app.exec()
    finally:
        first.close()
        context.close()

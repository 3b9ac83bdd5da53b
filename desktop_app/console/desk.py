"""`holdfast desk`: the desktop client."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.console.arguments import fail, parser, profile_folder

if TYPE_CHECKING:
    from desktop_app.desk_start import DeskStart
    from local_db.desk import Desk


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
        help="keep the files unencrypted, where there is no keyring and your rules allow it; to be given at each start",
    )
    chosen = words.parse_args(list(arguments))
    folder = chosen.folder or profile_folder(chosen.profile)
    return open_desk(folder, server=chosen.server, ca_file=chosen.ca_file, allow_plain=chosen.plain)


def open_desk(
    folder: Path,
    *,
    server: str = "",
    ca_file: Path | None = None,
    allow_plain: bool = False,
    watch: Callable[[DeskStart], object] | None = None,
) -> int:
    """Open the desk in ``folder`` in a window; answers the exit code. ``watch(start)`` is called before anything is
    painted: a benchmark follows the stages."""
    from desktop_app.qt_start import bring_in_qt

    bring_in_qt()

    from PySide6.QtWidgets import QApplication

    from desktop_app.desk_address import read_address, write_address
    from desktop_app.desk_start import DeskStart
    from desktop_app.themes.scale import scale_everything
    from local_db.errors import LocalError, ProfileInUse

    url = server or read_address(folder)

    def opened() -> Desk:
        from local_db.desk import Desk

        desk = Desk.open(folder, server_url=url, ca_file=ca_file, allow_plain=allow_plain)
        write_address(folder, url)
        return desk

    scale_everything(folder / "settings.json")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Holdfast")
    start = DeskStart(folder, opened, server_url=url, allow_plain=allow_plain)
    if watch is not None:
        watch(start)
    start.ready.connect(lambda: _listen(start, folder))
    try:
        start.begin()
        code = app.exec()
    except ProfileInUse:
        from desktop_app.first_window import raise_first_window

        # A second launch raises the first window instead of opening another.
        return 0 if raise_first_window(folder) else fail("This desk is open already, in another session.")
    except LocalError as problem:
        return fail(str(problem))
    finally:
        start.close()
    return fail(start.failure) if start.failure else code


def _listen(start: DeskStart, folder: Path) -> None:
    """Let a second launch raise this window."""
    from desktop_app.first_window import FirstWindow

    if start.context is not None:
        FirstWindow(folder, start.context.raise_window, start.context)

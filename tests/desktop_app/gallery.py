"""Renders the window, its widgets and its dialogs in every theme and density, to be looked at.

python -m tests.desktop_app.gallery FOLDER        (QT_SCALE_FACTOR=1.25 for another scale)
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.main_window import MainWindow
from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Density, Scheme
from desktop_app.widgets.palette import PaletteItem, PaletteProvider
from tests.desktop_app.dummy_panels import COUNTS, DUMMY_PANELS
from tests.desktop_app.fakes import FakeDesk, FakeLink, make_window

SIZES = ((1280, 800), (1920, 1080))
LOOKS: tuple[tuple[Scheme, Density], ...] = (
    ("light", "comfortable"),
    ("light", "compact"),
    ("light", "touch"),
    ("dark", "comfortable"),
    ("dark", "compact"),
    ("contrast", "touch"),
    ("contrast", "comfortable"),
)


def settle(app: QApplication, runner: TaskRunner, seconds: float = 0.25) -> None:
    """Let queries, timers and layouts come to rest."""
    end = time.monotonic() + seconds
    while time.monotonic() < end or not runner.is_idle:
        app.processEvents()
        time.sleep(0.005)


def find_orders(text: str, limit: int) -> list[PaletteItem]:
    return [
        PaletteItem(f"N4-{10_482 + n}", lambda: None, f"Harbour Street Hardware, {n + 2} lines", "order")
        for n in range(3)
    ]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    for scheme, density in LOOKS:
        theme = Theme(scheme, density)
        theme.apply()
        for size in SIZES:
            shoot_window(app, theme, size, folder, f"{scheme}-{density}-{size[0]}")
    for scheme in ("light", "dark", "contrast"):
        theme = Theme(scheme, "comfortable")
        theme.apply()
        shoot_floats(app, theme, folder, scheme)


def shoot_window(app: QApplication, theme: Theme, size: tuple[int, int], folder: Path, name: str) -> None:
    runner = TaskRunner()
    desk = FakeDesk(FakeLink.offline() if theme.scheme == "dark" else FakeLink(synced_at=None))
    window = make_window(theme=theme, runner=runner, desk=desk, panels=DUMMY_PANELS, counts=lambda: COUNTS)
    window.resize(*size)
    window.start("orders")
    window.strip.show_health("Packing 2, terminal N4    Cache 214 MB    Synced 10:22")
    window.show()
    settle(app, runner)
    window.panel("orders").table.select_number(2)
    window.panel("orders").chips.restore({"state": ["Picking", "Packed"], "late": True})
    settle(app, runner)
    save(window, folder / f"{name}-orders.png")
    window.navigate("dashboard")
    window.context.shell.notice(
        "disk",
        "The disk of this computer is almost full: 1.2 GB are left.",
        "warning",
        ("Free some", lambda: None),
    )
    settle(app, runner)
    save(window, folder / f"{name}-pieces.png")
    done(window, runner)


def shoot_floats(app: QApplication, theme: Theme, folder: Path, name: str) -> None:
    from desktop_app.dialogs.about_dialog import AboutDialog
    from desktop_app.dialogs.enrol_dialog import EnrolDialog
    from desktop_app.dialogs.reason_dialog import ReasonDialog
    from desktop_app.dialogs.settings_dialog import SettingsDialog
    from desktop_app.dialogs.shortcuts_dialog import ShortcutsDialog
    from desktop_app.dialogs.sign_in_dialog import SignInDialog
    from desktop_app.menus import main_menu

    runner = TaskRunner()
    provider = PaletteProvider("orders", "Orders", find_orders)
    window = make_window(
        theme=theme, runner=runner, panels=DUMMY_PANELS, counts=lambda: COUNTS, providers=(provider,)
    )
    window.resize(1280, 800)
    window.start("orders")
    window.show()
    settle(app, runner)
    window.open_palette()
    settle(app, runner)
    save(window, folder / f"{name}-palette-empty.png")
    window.open_palette("pi")
    settle(app, runner)
    save(window, folder / f"{name}-palette.png")
    window._palette.shut()
    window.toasts.good("Order N4-10482 was placed", ("Undo", lambda: None))
    window.toasts.bad(
        "Loading orders did not work. The disk is full. Your work so far is safe; free some space, then try again."
    )
    task = runner.run(lambda: time.sleep(0.6), None, window, label="Importing orders", lane="files")
    task.share, task.note = 0.4, "row 40,120 of 100,000"
    settle(app, runner, 0.4)
    save(window, folder / f"{name}-toasts.png")
    settle(app, runner, 0.4)
    window.toasts.clear()
    for good, words in ((True, "3 of 3 WHITE HEART T-LIGHT"), (False, "Not here: go to A-03-2")):
        window._on_said(good, words)
        app.processEvents()
        save(window, folder / f"{name}-flash-{'good' if good else 'bad'}.png")
    window._flash.hide()
    window.rail.fold(True)
    settle(app, runner)
    save(window, folder / f"{name}-folded.png")
    dialogs: dict[str, Callable[[], QWidget]] = {
        "sign-in": lambda: SignInDialog(
            theme,
            lambda answers: None,
            site="Northgate",
            known=("asha", "tom"),
            offline_words="No link since 09:41. People who signed in here in the last 7 days still can.",
        ),
        "enrol": lambda: EnrolDialog(theme, lambda answers: None, terminal_name="Packing 2"),
        "reason": lambda: ReasonDialog(
            theme,
            "Short pick",
            "2 of 5 WHITE HEART T-LIGHT found in A-03-2-1",
            (
                ("empty", "The bin is empty"),
                ("damaged", "The rest is damaged"),
                ("wrong", "Another product is in it"),
            ),
            lambda code, note: None,
        ),
        "settings": lambda: SettingsDialog(theme, Settings(None)),
        "shortcuts": lambda: ShortcutsDialog(theme, window.actions_registry),
        "about": lambda: AboutDialog(theme),
        "menu": lambda: main_menu(window, window.actions_registry, theme),
    }
    for title, make in dialogs.items():
        widget = make()
        if title == "sign-in":
            widget.show_error(
                "The password is not right. After 5 wrong ones the name is barred for 10 minutes."
            )
        if title == "enrol":
            widget.show_step(2, "Loading the warehouse: 48 % of 12 MB")
        widget.show()
        settle(app, runner, 0.1)
        save(widget, folder / f"{name}-dialog-{title}.png")
        widget.close()
    done(window, runner)


def save(widget: QWidget, path: Path) -> None:
    widget.grab().save(str(path))


def done(window: MainWindow, runner: TaskRunner) -> None:
    window.close()
    runner.close()
    window.deleteLater()
    QApplication.processEvents()


if __name__ == "__main__":
    main()

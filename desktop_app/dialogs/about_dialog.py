"""Name, version, and on what it runs."""

import platform

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.layouts import label


class AboutDialog(DialogFrame):
    """What somebody who helps asks first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "Holdfast",
            "The warehouse and dispatch desk that keeps working when the network doesn't.",
            parent,
        )
        for line in (
            f"Version {_version()}",
            f"Qt {qVersion()}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
            "Apache License 2.0",
        ):
            self.body.addWidget(label(line, "quiet", selectable=True))
        self.add_button("Close", self.accept, "primary")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("holdfast")
    except PackageNotFoundError:
        return "unknown (not installed as a package)"

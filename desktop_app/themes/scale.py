"""The size of everything, which Qt takes from the environment before it starts."""

import json
import os
from pathlib import Path

from desktop_app.themes.tokens import SCALES

_VARIABLE = "QT_SCALE_FACTOR"


def scale_everything(settings_file: Path) -> None:
    """Let Qt draw everything larger, as the profile's setting `scale` says. To be called before the application is made.

    What the environment says already wins. A file that cannot be read changes nothing: `Settings` will say so.
    """
    if _VARIABLE in os.environ:
        return
    try:
        kept = json.loads(settings_file.read_text(encoding="utf-8"))
        percent = kept["settings"]["scale"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if percent in SCALES and percent != SCALES[0]:
        os.environ[_VARIABLE] = str(percent / 100)

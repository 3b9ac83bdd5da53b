"""Every setting declared once, as data, and kept per profile in a JSON file written atomically."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

Value = bool | int | str
Kind = Literal["choice", "switch", "number", "text"]

# Window state is written at most this often, however much is moved about.
WRITE_AFTER_MS: Final = 800


class Setting(NamedTuple):
    """One setting. `choices` are (value, words) of a `choice`; `least` and `most` bound a `number`."""

    key: str
    title: str
    kind: Kind
    default: Value
    section: str
    choices: tuple[tuple[Value, str], ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""
    help: str = ""
    needs_restart: bool = False


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting(
        "theme",
        "Theme",
        "choice",
        "system",
        "Appearance",
        (("system", "As the system"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast")),
    ),
    Setting(
        "density",
        "Row height",
        "choice",
        "comfortable",
        "Appearance",
        (("compact", "Compact"), ("comfortable", "Comfortable"), ("touch", "Touch and gloves")),
    ),
    Setting(
        "scale",
        "Size of everything",
        "choice",
        100,
        "Appearance",
        ((100, "100 %"), (125, "125 %"), (150, "150 %"), (175, "175 %"), (200, "200 %")),
        help="On top of what the screen itself asks for.",
        needs_restart=True,
    ),
    Setting("reduced_motion", "Less motion", "switch", False, "Appearance", help="Nothing slides or fades."),
    Setting("language", "Language", "choice", "en", "Appearance", (("en", "English"),), needs_restart=True),
    Setting(
        "sound",
        "Sounds after a scan",
        "switch",
        True,
        "Scanning",
        help="A rising tone for good, two low ones for bad.",
    ),
    Setting(
        "scan_flash",
        "Flash after a scan",
        "switch",
        True,
        "Scanning",
        help="A wide coloured frame, seen from three metres.",
    ),
    Setting(
        "scan_gap_ms",
        "Longest gap between a scanner's keys",
        "number",
        35,
        "Scanning",
        least=5,
        most=120,
        unit="ms",
        help="Raise it for a slow Bluetooth scanner.",
    ),
    Setting(
        "scan_least_length", "Shortest barcode", "number", 4, "Scanning", least=2, most=20, unit="characters"
    ),
    Setting(
        "lock_after_min",
        "Lock when idle for",
        "number",
        15,
        "Session",
        least=0,
        most=480,
        unit="minutes",
        help="0 means never.",
    ),
    Setting("reopen_last", "Reopen where I was", "switch", True, "Session"),
)


class UnknownSetting(KeyError):
    """A key that is not declared: a mistake in the program, not of the person."""


class BadSetting(ValueError):
    """A value that the setting does not take; the message names the setting and what it takes."""


class Settings(QObject):
    """The settings of one profile, and beside them the remembered state of windows and panels."""

    changed = Signal(str)

    def __init__(
        self, path: Path | None, parent: QObject | None = None, declared: tuple[Setting, ...] = SETTINGS
    ) -> None:
        """`path` is the profile's file; None keeps everything in memory (tests, gallery)."""
        super().__init__(parent)
        self._path = path
        self._declared = {setting.key: setting for setting in declared}
        self._values: dict[str, Value] = {}
        self._state: dict[str, object] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        self.unreadable: str = ""
        self._load()

    def declared(self) -> tuple[Setting, ...]:
        """Every setting, in the order of the dialog."""
        return tuple(self._declared.values())

    def value(self, key: str) -> Value:
        """The value, or its default."""
        return self._values.get(key, self._setting(key).default)

    def flag(self, key: str) -> bool:
        """The value of a switch."""
        return bool(self.value(key))

    def number(self, key: str) -> int:
        """The value of a number, or of a choice of numbers."""
        return int(self.value(key))

    def text(self, key: str) -> str:
        """The value of a text, or of a choice of words."""
        return str(self.value(key))

    def set(self, key: str, value: Value) -> None:
        """Change a setting and write it down. Raises BadSetting for a value that it does not take."""
        setting = self._setting(key)
        self._check(setting, value)
        if self.value(key) == value:
            return
        self._values[key] = value
        self._timer.start()
        self.changed.emit(key)

    def state(self, name: str) -> object:
        """What `remember` kept under `name` (window geometry, a table's columns, a panel's filters), or None."""
        return self._state.get(name)

    def remember(self, name: str, value: object) -> None:
        """Keep plain JSON values under `name` for the next start."""
        if self._state.get(name) != value:
            self._state[name] = value
            self._timer.start()

    def flush(self) -> None:
        """Write the file now: whole or not at all. Raises OSError where it cannot be written."""
        self._timer.stop()
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        import json

        draft = self._path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"settings": self._values, "state": self._state}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path)

    def _setting(self, key: str) -> Setting:
        try:
            return self._declared[key]
        except KeyError:
            raise UnknownSetting(key) from None

    def _load(self) -> None:
        """Take what is valid; a damaged file is put aside, said in `unreadable`, and the defaults hold."""
        if self._path is None or not self._path.exists():
            return
        import json

        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if not isinstance(kept, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            aside = self._path.with_suffix(".damaged")
            os.replace(self._path, aside)
            kept_as = f"It was kept as {aside.name}; the defaults are in use."
            self.unreadable = f"The settings file could not be read ({error}). {kept_as}"
            return
        state, values = kept.get("state"), kept.get("settings")
        self._state = dict(state) if isinstance(state, Mapping) else {}
        for key, value in (values if isinstance(values, Mapping) else {}).items():
            setting = self._declared.get(str(key))
            if setting is None:
                continue
            try:
                self._check(setting, value)
            except BadSetting as error:
                self.unreadable = f"{error} Its default is in use."
            else:
                self._values[setting.key] = value

    @staticmethod
    def _check(setting: Setting, value: object) -> None:
        match setting.kind:
            case "choice":
                good = any(
                    value == choice and type(value) is type(choice) for choice, _words in setting.choices
                )
                takes = "one of " + ", ".join(str(choice) for choice, _words in setting.choices)
            case "switch":
                good, takes = isinstance(value, bool), "true or false"
            case "number":
                good = (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and setting.least <= value <= setting.most
                )
                takes = f"a whole number from {setting.least} to {setting.most}"
            case _:
                good, takes = isinstance(value, str), "a text"
        if not good:
            raise BadSetting(f"The setting '{setting.title}' takes {takes}, not {value!r}.")

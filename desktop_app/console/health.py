"""The doctor's checks of what surrounds the data: the installation, the keyring, a running server and its clock."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import msgspec

from desktop_app import __version__

_CLOCK_SECONDS: Final = 120
"""How far a desk's clock may be from the server's before work looks out of order to people."""
_QT_SECONDS: Final = 120
_PARTS: Final = ("sqlalchemy", "sqlcipher3", "msgspec", "httpx", "keyring", "fastapi", "PySide6-Essentials")
# Run apart: only what opens a window imports Qt, and a broken Qt may end its process.
_QT_PROBE: Final = (
    "from PySide6.QtGui import QFontDatabase, QGuiApplication\n"
    "from PySide6.QtCore import qVersion\n"
    "app = QGuiApplication([])\n"
    "print(qVersion(), len(QFontDatabase.families()), sep='|')\n"
)


class Line(msgspec.Struct, frozen=True):
    """One line of the doctor's report. ``note`` is worth knowing where all is well."""

    check: str
    problems: list[str] = []
    remedy: str = ""
    note: str = ""
    repaired: str = ""

    @property
    def is_well(self) -> bool:
        """Nobody has to do anything."""
        return not self.problems or bool(self.repaired)

    def shown(self) -> dict[str, Any]:
        """The line as JSON."""
        return {
            "check": self.check,
            "ok": self.is_well,
            "problems": self.problems,
            "remedy": self.remedy if self.problems else "",
            "note": self.note,
            "repaired": self.repaired,
        }


def check_install() -> list[Line]:
    """Versions, the database driver with its encryption, and Qt with its fonts."""
    found = {name: _version(name) for name in _PARTS}
    listed = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    needed = [name for name in _PARTS[:5] if not found[name]]
    problems = [f"{name} is not installed" for name in needed]
    note = f"holdfast {__version__}, Python {platform.python_version()}, {listed}"
    lines = [Line("Installation", problems, "Install Holdfast again (make setup).", note), _check_sqlite()]
    if found["PySide6-Essentials"]:
        lines.append(_check_qt())
    return lines


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _check_sqlite() -> Line:
    check, remedy = "Encrypted database driver", "Install Holdfast again: sqlcipher3 is not whole."
    try:
        import sqlcipher3.dbapi2 as sqlcipher

        connection = sqlcipher.connect(":memory:")
        try:
            cipher = connection.execute("PRAGMA cipher_version").fetchone()
            connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize='trigram')")
        finally:
            connection.close()
    except Exception as problem:
        return Line(check, [f"{type(problem).__name__}: {problem}"], remedy)
    if not cipher:
        return Line(check, ["it cannot encrypt"], remedy)
    return Line(check, note=f"SQLite {sqlcipher.sqlite_version}, SQLCipher {cipher[0]}")


def _check_qt() -> Line:
    check = "Windows can be opened (Qt)"
    if getattr(sys, "frozen", False):
        return Line(check, note="part of this bundle")
    import os

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QT_PROBE],
            capture_output=True,
            text=True,
            env=environment,
            timeout=_QT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Line(check, [f"Qt did not start within {_QT_SECONDS} s"], "Install the Qt system libraries.")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return Line(check, [said[-1]], "Install the Qt system libraries (make setup lists them).")
    number, _, fonts = done.stdout.strip().rpartition("\n")[2].partition("|")
    if fonts == "0":
        return Line(check, ["there is no font"], "Install a font such as fonts-inter or fonts-dejavu.")
    return Line(check, note=f"Qt {number}, {fonts} font families")


def check_keyring(*, needed: bool = True) -> Line:
    """Whether secrets can be kept: one is put in, read back and taken out. Where none is needed, none is no problem."""
    from local_db.errors import PlainStorageRefused
    from local_db.keys import KeyringSecrets

    check = "Keyring"
    vault = KeyringSecrets("doctor")
    try:
        vault.keep_secret("probe", "kept")
        vault.keep_secret("probe", "")
    except PlainStorageRefused as problem:
        if not needed:
            return Line(check, note="none that can be used, and nothing that was checked needs one")
        remedy = (
            "Start the desktop's keyring and unlock it. A server needs none, nor does a desk with --plain."
        )
        return Line(check, [str(problem)], remedy)
    return Line(check, note="keeps and returns secrets")


def check_server(url: str) -> list[Line]:
    """Whether a server answers, is well and speaks our language, and how far its clock is from ours."""
    import httpx

    from services.protocol.messages import SCHEMA

    reachable = f"The server {url} answers"
    begun = time.time()
    try:
        response = httpx.get(f"{url.rstrip('/')}/health", timeout=10.0, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        remedy = (
            "Check the address, the network and that `holdfast server` runs. Desks go on working meanwhile."
        )
        return [Line(reachable, [str(problem) or type(problem).__name__], remedy)]
    ended = time.time()
    try:
        body = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return [
            Line(
                reachable,
                [f"HTTP {response.status_code}, which is no answer of Holdfast"],
                "Check the address.",
            )
        ]
    problems = [] if body.get("status") == "ok" else [f"it says {body.get('status', response.status_code)}"]
    if body.get("schema") not in (None, SCHEMA):
        problems.append(f"it speaks schema {body.get('schema')}, this program {SCHEMA}")
    lines = [
        Line(
            reachable,
            problems,
            "Look at /api/health there; update the older side.",
            f"{(ended - begun) * 1000:.0f} ms",
        )
    ]
    return [*lines, *_check_clock(response.headers.get("Date", ""), (begun + ended) / 2)]


def _check_clock(date: str, here: float) -> list[Line]:
    try:
        there = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return []
    # The header has whole seconds, of which half a second is lost on average.
    offset = here - there - 0.5
    note = f"{offset:+.0f} s from the server's"
    if abs(offset) > _CLOCK_SECONDS:
        remedy = "Let the system set its clock (NTP). Nothing is lost: the server orders work by its own."
        return [Line("Clock", [f"this computer's clock is {note}"], remedy)]
    return [Line("Clock", note=note)]

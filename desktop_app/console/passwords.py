"""Where a password comes from: the environment or a prompt, never the command line, which others can read."""

from __future__ import annotations

import getpass
import os
import sys

PASSWORD_VARIABLE = "HOLDFAST_PASSWORD"


class NoPassword(Exception):
    """There is no password and nobody to ask for one."""


def ask_password(prompt: str, *, twice: bool = False) -> str:
    """The password from HOLDFAST_PASSWORD, else typed by the person. Raises NoPassword."""
    given = os.environ.get(PASSWORD_VARIABLE, "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise NoPassword(f"There is nobody to ask for a password here. Set {PASSWORD_VARIABLE}.")
    typed = getpass.getpass(f"{prompt}: ")
    if twice and typed != getpass.getpass("Once more: "):
        raise NoPassword("The two are not the same. Nothing was changed. Try again.")
    if not typed:
        raise NoPassword("No password was given. Nothing was changed.")
    return typed

"""Finds the programs that tests start; where CI runs, a missing one fails the test instead of skipping it."""

from __future__ import annotations

import os
import shutil

import pytest


def in_ci() -> bool:
    """Whether this run is a gate, where nothing may be skipped for want of a part."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def program(name: str, *, package: str, folders: list[str] | None = None) -> str:
    """The path of a program, looked for in `folders` and then in PATH and the system folders.

    Without it the test fails in CI, and is skipped elsewhere; both name the Debian package that has it.
    """
    search = os.pathsep.join([*(folders or []), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=search)
    if found is None:
        message = f"{name} is not installed: Debian package {package} (`make setup` installs it)"
        if in_ci():
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return found

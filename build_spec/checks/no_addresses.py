"""Fails if a file of the project says where packages come from, or names a place that only this machine has.

Where packages come from is each machine's own business: pip, npm and apt know it from their own configuration.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]

# Files that resolve packages may name no address at all.
_RESOLVING = re.compile(r"(^|/)(constraints|requirements)[^/]*\.txt$|\.lock$|(^|/)package(-lock)?\.json$")
_ANY_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# Elsewhere: the options that name an index, and the usual names of indexes and of their mirrors.
_INDEX_OPTION = re.compile(
    r"--?(extra-)?index-url\b|--find-links\b|--trusted-host\b|\bPIP_(EXTRA_)?INDEX_URL\b"
)
_INDEX_HOST = re.compile(
    r"\b[\w.-]*(pypi|pythonhosted|npmjs|artifactory|devpi|snapshot\.debian|deb\.debian)[\w.-]*\.(org|com|net|io)\b"
)
# The address of the page of a package in prose is no place to fetch from.
_PACKAGE_PAGE = re.compile(r"https://pypi\.org/project/")
# The folder that holds this clone, unless it is one that every machine has.
_COMMON_FOLDERS = {"/", "/home", "/opt", "/root", "/srv", "/tmp", "/usr/src", "/var/tmp"}
_BESIDE_US = str(_ROOT) if str(_ROOT.parent) in _COMMON_FOLDERS else str(_ROOT.parent)
_THIS_MACHINE = re.compile(rf"(?<![\w./-]){re.escape(_BESIDE_US)}/")


def main() -> int:
    """Print each finding as file:line and return 1 if there is one."""
    findings = [finding for path in _project_files() for finding in _findings(path)]
    for finding in findings:
        print(finding)
    print(f"addresses: {len(findings)} found" if findings else "addresses: none, as it should be")
    return 1 if findings else 0


def _project_files() -> list[str]:
    """What git has, or would have: tracked files, and new ones that it does not ignore."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    this_file = Path(__file__).relative_to(_ROOT).as_posix()
    return sorted(
        path for path in set(listing.stdout.split("\0")) - {"", this_file} if (_ROOT / path).is_file()
    )


def _findings(path: str) -> Iterator[str]:
    try:
        text = (_ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # data, such as a font or a picture
    for number, line in enumerate(text.splitlines(), start=1):
        if _RESOLVING.search(path) and _ANY_ADDRESS.search(line):
            yield f"{path}:{number}: an address in a list of packages"
        if match := _INDEX_OPTION.search(line) or _INDEX_HOST.search(_PACKAGE_PAGE.sub("", line)):
            yield f"{path}:{number}: {match.group()} says where packages come from"
        if match := _THIS_MACHINE.search(line):
            yield f"{path}:{number}: {match.group()} is a place of this machine"


if __name__ == "__main__":
    sys.exit(main())

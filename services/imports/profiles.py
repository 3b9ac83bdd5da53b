"""Column mappings kept under a name, so that next month's file needs no more than that name."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from services.imports.problems import ImportProblem

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class MappingProfile(msgspec.Struct, frozen=True):
    """What was said about files of a kind: ``mapping`` as ``THEIRS=ours,...``."""

    kind: str
    mapping: str


def load_profile(folder: Path, name: str, kind: str) -> str:
    """The mapping kept under a name, empty where there is none yet. Raises ImportProblem for one of another kind."""
    path = _path(folder, name)
    if not path.exists():
        return ""
    try:
        profile = msgspec.json.decode(path.read_bytes(), type=MappingProfile)
    except (OSError, msgspec.MsgspecError) as problem:
        raise ImportProblem(
            f"The mapping profile {path} cannot be read ({problem}). Nothing was taken. "
            "Give --map once more; it is then kept anew."
        ) from problem
    if profile.kind != kind:
        raise ImportProblem(
            f"The mapping profile {name} is for {profile.kind}, not for {kind}. Nothing was taken. Use another name."
        )
    return profile.mapping


def save_profile(folder: Path, name: str, kind: str, mapping: str) -> Path:
    """Keep a mapping under a name, in place of the one that was there."""
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(MappingProfile(kind, mapping))))
    os.replace(part, path)
    return path


def _path(folder: Path, name: str) -> Path:
    if _NAME.fullmatch(name) is None:
        raise ImportProblem(
            f"{name!r} cannot be the name of a profile. Nothing was read. Use letters, digits, dots and dashes."
        )
    return folder / f"{name}.json"

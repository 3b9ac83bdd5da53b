"""Keeps the bytecode and the patterns of PySide6's embedded support modules, as Python keeps the bytecode of files.

PySide6 carries these modules as text within its library, and compiles them and their regular expressions at each start:
a quarter of the time that an empty window takes (PySide6 6.11, Python 3.11). What comes of it is kept beside our own
bytecode, by the same rules: not where Python is told to write none or may not write; what differs is compiled anew.
"""

from __future__ import annotations

import builtins
import marshal
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import Any, Final

_TEXTS: Final = ("shibokensupport/", "signature_bootstrap.py")


@contextmanager
def kept_bytecode(path: Path | None = None) -> Iterator[None]:
    """What is compiled within is taken from, and kept in, ``path``: a file beside our own bytecode."""
    place = path or Path(cache_from_source(str(Path(__file__).with_name("pyside6_support.py"))))
    known = _read(place)
    made: dict[Any, Any] = {}
    with _texts_once(known, made), _patterns_once(known, made):
        yield
    if made and not sys.dont_write_bytecode:
        _write(place, {**known, **made})


@contextmanager
def _texts_once(known: dict[Any, Any], made: dict[Any, Any]) -> Iterator[None]:
    """Each of PySide6's texts is compiled once."""
    compile_plainly = builtins.compile

    def compile_once(source: Any, filename: Any, mode: str, *more: Any, **named: Any) -> Any:
        if mode != "exec" or more or named or not str(filename).startswith(_TEXTS):
            return compile_plainly(source, filename, mode, *more, **named)
        text = source if isinstance(source, bytes) else str(source).encode()
        key = source_hash(text)
        code = known.get(key)
        if code is None:
            code = made[key] = compile_plainly(source, filename, mode)
        return code

    builtins.compile = compile_once  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.compile = compile_plainly


@contextmanager
def _patterns_once(known: dict[Any, Any], made: dict[Any, Any]) -> Iterator[None]:
    """Each pattern is translated once. ``re`` does it in Python; the machine that runs patterns takes the result."""
    compiler: Any = getattr(re, "_compiler", None)
    machine: Any = getattr(compiler, "_sre", None)
    if machine is None:
        # Another Python than 3.11 and later keeps them elsewhere: they are translated each time.
        yield
        return
    compile_plainly = compiler.compile

    def compile_once(pattern: Any, flags: int = 0) -> Any:
        if not isinstance(pattern, str):
            return compile_plainly(pattern, flags)
        key = (machine.MAGIC, pattern, int(flags))
        parts = known.get(key)
        if parts is None:
            compiler._sre = _Noting(machine, made, key)
            try:
                return compile_plainly(pattern, flags)
            finally:
                compiler._sre = machine
        return machine.compile(pattern, *parts)

    compiler.compile = compile_once
    try:
        yield
    finally:
        compiler.compile = compile_plainly


class _Noting:
    """The machine of patterns, which notes what one was translated into."""

    def __init__(self, machine: Any, made: dict[Any, Any], key: object) -> None:
        self._machine, self._made, self._key = machine, made, key

    def compile(self, pattern: str, *parts: Any) -> Any:
        """Let the machine have it, and keep it."""
        flags, code, groups, group_index, index_group = parts
        # The code is of named constants, which are integers of a class of their own.
        self._made[self._key] = (
            int(flags), [int(each) for each in code], groups, dict(group_index), tuple(index_group)
        )  # fmt: skip
        return self._machine.compile(pattern, *parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._machine, name)


def _read(place: Path) -> dict[Any, Any]:
    try:
        kept = place.read_bytes()
        found = marshal.loads(kept[len(MAGIC_NUMBER) :]) if kept.startswith(MAGIC_NUMBER) else {}
    except (OSError, ValueError, EOFError, TypeError):
        # None was kept, or it is damaged: it is made again.
        return {}
    return found if isinstance(found, dict) else {}


def _write(place: Path, known: dict[Any, Any]) -> None:
    draft = place.with_suffix(f".{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(MAGIC_NUMBER + marshal.dumps(known))
        os.replace(draft, place)
    except OSError:
        # Nobody may write here: the next start compiles again, as this one did.
        draft.unlink(missing_ok=True)

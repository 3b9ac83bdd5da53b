"""Keeps the bytecode of PySide6's embedded support modules, as Python keeps that of files.

PySide6 carries them as text within its library and compiles them at each start, a sixth of the time that an empty window
takes (PySide6 6.11). The bytecode is kept beside our own, by the same rules: not where Python is told to write none or
may not write, and a text that differs is compiled anew.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import Any, Final

_TEXTS: Final = ("shibokensupport/", "signature_bootstrap.py")


@contextmanager
def kept_bytecode(path: Path | None = None) -> Iterator[None]:
    """What PySide6 compiles within is taken from, and kept in, ``path``: a file beside our own bytecode."""
    place = path or Path(cache_from_source(str(Path(__file__).with_name("pyside6_support.py"))))
    known = _read(place)
    made: dict[bytes, Any] = {}
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
    if made and not sys.dont_write_bytecode:
        _write(place, {**known, **made})


def _read(place: Path) -> dict[bytes, Any]:
    try:
        kept = place.read_bytes()
        found = marshal.loads(kept[len(MAGIC_NUMBER) :]) if kept.startswith(MAGIC_NUMBER) else {}
    except (OSError, ValueError, EOFError, TypeError):
        # None was kept, or it is damaged: it is made again.
        return {}
    return found if isinstance(found, dict) else {}


def _write(place: Path, known: dict[bytes, Any]) -> None:
    draft = place.with_suffix(f".{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(MAGIC_NUMBER + marshal.dumps(known))
        os.replace(draft, place)
    except OSError:
        # Nobody may write here: the next start compiles again, as this one did.
        draft.unlink(missing_ok=True)

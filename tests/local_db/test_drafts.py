"""Unfinished input comes back after whatever happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from local_db import Desk

_SAVE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from local_db import Desk
desk = Desk.open(Path(sys.argv[1]), allow_plain=True)
desk.drafts.save("order-entry/1", {"customer": "cust-1", "lines": [["SKU1", 3]]})
os.kill(os.getpid(), signal.SIGKILL)
"""


class Draft(msgspec.Struct):
    customer: str
    lines: list[tuple[str, int]] = []


def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", _SAVE_AND_DIE, str(tmp_path)], check=False, cwd=os.getcwd())
    assert died.returncode == -signal.SIGKILL
    with Desk.open(tmp_path, allow_plain=True) as desk:
        assert desk.drafts.load("order-entry/1", Draft) == Draft("cust-1", [("SKU1", 3)])


def test_a_draft_is_replaced_listed_and_dropped(tmp_path: Path) -> None:
    ticks = iter(range(100))
    with Desk.open(tmp_path, allow_plain=True, clock=lambda: next(ticks)) as desk:
        desk.drafts.save("order-entry/1", Draft("a"))
        desk.drafts.save("order-entry/2", Draft("b"))
        desk.drafts.save("counts", {"bin": "A-01"})
        desk.drafts.save("order-entry/1", Draft("c"))
        assert desk.drafts.keys("order-entry/") == ["order-entry/1", "order-entry/2"]
        assert desk.drafts.keys() == ["order-entry/1", "counts", "order-entry/2"]
        assert desk.drafts.load("order-entry/1", Draft) == Draft("c")
        assert desk.drafts.load("counts", dict[str, str]) == {"bin": "A-01"}
        desk.drafts.drop("order-entry/1")
        assert desk.drafts.load("order-entry/1", Draft) is None
        assert desk.drafts.keys("order-entry/") == ["order-entry/2"]


def test_a_draft_of_another_shape_counts_as_none(tmp_path: Path) -> None:
    with Desk.open(tmp_path, allow_plain=True) as desk:
        desk.drafts.save("x", {"something": "else"})
        assert desk.drafts.load("x", Draft) is None

"""One process per profile, and one desk in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_db import Desk, ProfileInUse

_HOLD = """
import sys, time
from pathlib import Path
from local_db import Desk
desk = Desk.open(Path(sys.argv[1]), allow_plain=True)
print("open", flush=True)
time.sleep(600)
"""


def test_a_second_opening_is_refused_and_says_who_has_it(tmp_path: Path) -> None:
    with Desk.open(tmp_path, allow_plain=True):
        with pytest.raises(ProfileInUse) as refused:
            Desk.open(tmp_path, allow_plain=True)
        assert refused.value.pid == os.getpid()
        assert str(tmp_path) in str(refused.value)
    Desk.open(tmp_path, allow_plain=True).close()


def test_another_process_is_refused_until_the_first_ends_even_by_a_kill(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ProfileInUse) as refused:
            Desk.open(tmp_path, allow_plain=True)
        assert refused.value.pid == holder.pid
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    Desk.open(tmp_path, allow_plain=True).close()


def test_a_failed_opening_lets_go_of_the_profile(tmp_path: Path) -> None:
    Desk.open(tmp_path, allow_plain=True).close()
    for _ in range(2):
        with pytest.raises(Exception, match="not encrypted"):
            Desk.open(tmp_path)
    Desk.open(tmp_path, allow_plain=True).close()

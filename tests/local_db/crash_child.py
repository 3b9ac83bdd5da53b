"""A desk that dies: gives orders one after the other and kills itself at a step of the last one.

``python -m tests.local_db.crash_child FOLDER STEP ORDERS``; prints the ``n`` of each command that has returned.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from local_db import Desk
from tests.local_db.orders import new_order


def main(folder: str, step: str, orders: int) -> None:
    """Die at ``step`` of the last order, or at the end where ``step`` is ``never``."""
    given = 0

    def at(reached: str) -> None:
        if reached == step and given == orders:
            os.kill(os.getpid(), signal.SIGKILL)

    desk = Desk.open(Path(folder), allow_plain=True, on_step=at).as_user("user-1")
    for _ in range(orders):
        given += 1
        print(desk.do(new_order(desk, ("prod-2", 1))).n, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

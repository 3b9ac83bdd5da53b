"""A desk of the tour: a whole program in a process of its own, told by its parent what to do with its widgets.

Orders come in as JSON lines on standard input, answers go out as JSON lines on standard output.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
import traceback
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any


def main() -> int:
    """Run until told to end, or until standard input ends."""
    words = argparse.ArgumentParser(prog="tour_desk")
    words.add_argument("--folder", type=Path, required=True)
    words.add_argument("--server", required=True)
    words.add_argument("--size", default="1440x900")
    chosen = words.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)

    from desktop_app.qt_start import bring_in_qt

    bring_in_qt()
    from PySide6.QtWidgets import QApplication

    from desktop_app.app_context import AppContext
    from desktop_app.demo.tour_verbs import TourVerbs
    from local_db.desk import Desk

    app = QApplication(sys.argv[:1])
    desk = Desk.open(chosen.folder, server_url=chosen.server, allow_plain=True)
    context = AppContext(desk, chosen.folder, server_url=chosen.server)
    width, height = (int(part) for part in chosen.size.split("x"))
    verbs = TourVerbs(app, context, (width, height))
    context.start()
    orders: SimpleQueue[str | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), name="tour-orders", daemon=True).start()
    try:
        while True:
            verbs.hands.turn(0.01)
            try:
                text = orders.get_nowait()
            except Empty:
                continue
            if text is None:
                return 0
            _answer(verbs, json.loads(text))
    finally:
        context.close()


def _listen(orders: SimpleQueue[str | None]) -> None:
    for text in sys.stdin:
        orders.put(text)
    orders.put(None)


def _answer(verbs: Any, order: dict[str, Any]) -> None:
    try:
        result = getattr(verbs, order["do"])(**order.get("with", {}))
        answer: dict[str, Any] = {"ok": True, "result": result}
    except Exception as problem:
        # Whatever fails is the parent's to report, with the picture of the window as it stood.
        answer = {
            "ok": False,
            "error": f"{type(problem).__name__}: {problem}",
            "trace": traceback.format_exc(),
        }
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.exit(main())

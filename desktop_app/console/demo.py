"""`holdfast demo`: a sample warehouse on the screen; where there is none, the tour with pictures."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import fail, parser


def main(arguments: Sequence[str]) -> int:
    """Open the desk on an embedded server, or play the tour."""
    words = parser(
        "demo",
        "A central server on loopback with a sample warehouse, and the desk on it. "
        "Without a screen, or with --tour, a tour is played through the real widgets instead, with pictures.",
    )
    words.add_argument(
        "--tour", type=Path, default=None, metavar="DIR", help="play the tour, with its pictures in DIR"
    )
    words.add_argument("--scale", choices=("small", "large"), default="small", help="how big a warehouse")
    words.add_argument("--seed", type=int, default=1, help="the same seed makes the same warehouse")
    words.add_argument(
        "--orders",
        nargs="+",
        type=Path,
        default=(),
        metavar="FILE",
        help="build the warehouse from your own past orders",
    )
    words.add_argument(
        "--map", default="", metavar="THEIRS=ours,...", help="how the files' columns are called"
    )
    chosen = words.parse_args(list(arguments))
    missing = [str(path) for path in chosen.orders if not path.exists()]
    if missing:
        return fail(f"there is no file {missing[0]}")
    options = ["--scale", chosen.scale, "--seed", str(chosen.seed)]
    if chosen.orders:
        options += ["--orders", *(str(path.resolve()) for path in chosen.orders)]
        options += ["--map", chosen.map] if chosen.map else []
    if chosen.tour is not None:
        return _play_tour(chosen.tour, options)
    if not _has_screen():
        print("There is no screen here, so the tour is played offscreen; its pictures go to tour/.")
        return _play_tour(Path("tour"), options)
    return _open_desk(options)


def _has_screen() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _play_tour(folder: Path, options: Sequence[str]) -> int:
    from desktop_app.demo.hands import TourFailed
    from desktop_app.demo.server_process import ServerDidNotStart
    from desktop_app.demo.tour import Tour

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        return fail(
            f"{folder} cannot have the pictures: {problem.strerror}. Nothing was begun. Name another --tour."
        )
    begun = time.monotonic()
    try:
        Tour(folder.resolve(), server_options=options).play()
    except (TourFailed, ServerDidNotStart) as problem:
        return fail(f"the tour stopped: {problem}")
    pictures = len(list(folder.glob("*.png")))
    print(f"Every step held, in {time.monotonic() - begun:.0f} s. {pictures} pictures are in {folder}/.")
    return 0


def _open_desk(options: Sequence[str]) -> int:
    from desktop_app.demo.live import play_live

    folder = Path(tempfile.mkdtemp(prefix="holdfast-demo-"))
    try:
        return play_live(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

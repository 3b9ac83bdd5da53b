"""How often Python's collector of cycles looks through a process that is full of rows."""

from __future__ import annotations

import gc

# New objects, and collections of the younger ones before the older ones are looked through.
_COLLECT_AFTER = (50_000, 20, 50)


def collect_seldom() -> None:
    """What is here stays and is not looked through again; the rest is looked through less often.

    Rows and lists of them stay and are in no cycle: on the server a push makes tens of thousands, and looking through
    them again and again takes a tenth of its time; at a desk one look takes up to a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)

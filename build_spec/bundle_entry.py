"""Where the bundled program starts. It also answers to `-m MODULE ...`, for there it is its own Python.

The program starts children as `sys.executable -m MODULE`. In a bundle `sys.executable` is the program itself.
"""

from __future__ import annotations

import multiprocessing
import runpy
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["-m"]:
        module = sys.argv[2]
        del sys.argv[1:3]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        from desktop_app.cli import main

        sys.exit(main())

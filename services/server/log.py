"""The server's log: lines of an event and its facts, through Python's logging, so that whoever runs it says where to.

Tracebacks are plain: one with local variables would write passwords and tokens into the log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import structlog


def _line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """`what happened: name=value name=value`, and the traceback below."""
    said = str(event.pop("event", ""))
    exception = event.pop("exception", "")
    facts = " ".join(f"{name}={value!r}" for name, value in event.items())
    line = f"{said}: {facts}" if facts else said
    return f"{line}\n{exception}" if exception else line


def log_of(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one part of the server."""
    return cast(
        structlog.stdlib.BoundLogger,
        structlog.wrap_logger(
            logging.getLogger(f"holdfast.server.{name}"),
            wrapper_class=structlog.stdlib.BoundLogger,
            processors=[structlog.stdlib.filter_by_level, structlog.processors.format_exc_info, _line],
        ),
    )


def log_to_stderr(level: int = logging.INFO) -> None:
    """Write the logs of the server and of what it runs on to stderr; for the process that serves."""
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)-7s %(name)s %(message)s", force=True
    )
    # It logs every URL, and a webhook's URL may hold a secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)

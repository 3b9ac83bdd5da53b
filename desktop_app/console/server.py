"""`holdfast server`: the central server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop_app.console.arguments import fail, parser
from desktop_app.console.server_database import DatabaseTrouble, opened

if TYPE_CHECKING:
    from services.server.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop. Settings come from the environment and a `.env` file; options win over them."""
    words = parser(
        "server",
        "The central server: SQLite and jobs in this process by default, PostgreSQL by its URL. "
        "HOLDFAST_ADMIN_PASSWORD sets the first administrator's (admin) password on an empty database.",
    )
    words.add_argument("--host", default=None, help="address to listen on (HOLDFAST_HOST)")
    words.add_argument("--port", type=int, default=None, help="port to listen on (HOLDFAST_PORT)")
    words.add_argument(
        "--database-url", default=None, help="sqlite:///FILE or postgresql+psycopg://... (DATABASE_URL)"
    )
    words.add_argument("--workers", type=int, default=1, help="processes; more than one needs PostgreSQL")
    words.add_argument("--demo", action="store_true", help="seed the sample warehouse into an empty database")
    words.add_argument("--scale", choices=("small", "large"), default="small", help="how big a sample")
    words.add_argument("--seed", type=int, default=1, help="the same seed makes the same sample")
    words.add_argument(
        "--orders",
        nargs="+",
        default=(),
        metavar="FILE",
        help="build the warehouse from these files of past orders",
    )
    words.add_argument(
        "--map", default="", metavar="THEIRS=ours,...", help="how the files' columns are called"
    )
    chosen = words.parse_args(list(arguments))

    import logging

    from pydantic import ValidationError

    from services.server.main import OneProcessOnly, serve
    from services.server.settings import Settings

    if chosen.workers < 1:
        words.error("--workers is 1 or more")
    if chosen.workers > 1 and chosen.demo:
        words.error("--demo is for one process")
    given = {
        name: value
        for name in ("host", "port", "database_url")
        if (value := getattr(chosen, name)) is not None
    }
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    on_start = None
    if chosen.demo:
        from services.sample.history.errors import HistoryError
        from services.sample.history.mapping import ColumnMapping
        from services.sample.history.reader import read_history
        from services.server.parts import Parts
        from services.server.sample_seed import seed_sample

        given["demo_mode"] = True
        try:
            mapping = ColumnMapping.parse(chosen.map) if chosen.map else None
            if chosen.orders:
                read_history(chosen.orders, mapping)  # opens each and matches its header
        except HistoryError as problem:
            return fail(f"{problem}. Nothing was begun.")

        def on_start(parts: Parts) -> None:
            seed_sample(parts, scale=chosen.scale, seed=chosen.seed, files=chosen.orders, mapping=mapping)

    try:
        settings = Settings(_env_file=".env", **given)
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        return fail(f"a setting is not right: {wrong}")
    if chosen.workers > 1:
        _hand_on(settings)
    trouble = _trouble(settings)
    if trouble:
        return fail(trouble)
    try:
        serve(settings, workers=chosen.workers, on_start=on_start)
    except OneProcessOnly as problem:
        return fail(str(problem))
    return 0


def _trouble(settings: Settings) -> str:
    """What would keep the server from starting, in words; empty where nothing does."""
    import socket

    from services.server.doctor import first_damage
    from services.server.first_run import has_nobody

    try:
        with opened(settings) as database:
            if damage := first_damage(database.database, settings.start_check_seconds):
                return (
                    f"The database {settings.resolved_database_url()} is damaged ({damage.strip()}). Nothing was begun: "
                    "what is written beside damage may be lost with it. Keep the file, and restore a backup (holdfast "
                    "restore); desks keep their work and send again what the backup does not have. Without a backup, "
                    "holdfast export still reads what can be read."
                )
            password = settings.admin_password.get_secret_value()
            least = settings.password_least_length
            if 0 < len(password) < least and has_nobody(database.committer):
                return f"HOLDFAST_ADMIN_PASSWORD cannot be used: a password has at least {least} characters."
    except DatabaseTrouble as problem:
        return str(problem)
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.create_server((settings.host, settings.port), family=family):
            return ""
    except OSError as problem:
        return (
            f"{settings.host}:{settings.port} cannot be listened on: {problem.strerror}. Nothing was begun. Choose "
            "another --host or --port, or stop what is there."
        )


def _hand_on(settings: Settings) -> None:
    """Let worker processes, which read their settings from the environment, have those of the options and `.env`."""
    import os

    from pydantic import AliasChoices, SecretStr

    for name in settings.model_fields_set:
        alias = type(settings).model_fields[name].validation_alias
        variable = alias.choices[0] if isinstance(alias, AliasChoices) else f"HOLDFAST_{name.upper()}"
        value = getattr(settings, name)
        if isinstance(value, tuple):
            value = ",".join(map(str, value))
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        os.environ[str(variable)] = text

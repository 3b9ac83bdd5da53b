"""`holdfast server`: the central server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import fail, parser


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop. Settings come from the environment; options win over them."""
    words = parser(
        "server",
        "The central server: SQLite and jobs in this process by default, PostgreSQL by its URL. "
        "HOLDFAST_ADMIN_PASSWORD sets the administrator's password on an empty database.",
    )
    words.add_argument("--host", default=None, help="address to listen on (HOLDFAST_HOST)")
    words.add_argument(
        "--port", type=int, default=None, help="port to listen on, 0 for any free one (HOLDFAST_PORT)"
    )
    words.add_argument(
        "--database-url", default=None, help="sqlite:///FILE or postgresql+psycopg://... (DATABASE_URL)"
    )
    words.add_argument("--demo", action="store_true", help="seed the sample warehouse into an empty database")
    words.add_argument("--scale", choices=("small", "large"), default="small", help="how big a sample")
    words.add_argument("--seed", type=int, default=1, help="the same seed makes the same sample")
    words.add_argument(
        "--ready-file", type=Path, default=None, help="write the URL here once it can be reached"
    )
    words.add_argument(
        "--tls-certificate", type=Path, default=None, help="serve HTTPS with this certificate chain"
    )
    words.add_argument("--tls-key", type=Path, default=None, help="and its private key")
    chosen = words.parse_args(list(arguments))

    from pydantic import ValidationError
    from services.server.main import ServeOptions, serve

    from services.server.settings import Settings

    given = {
        name: value
        for name in ("host", "port", "database_url")
        if (value := getattr(chosen, name)) is not None
    }
    if chosen.demo:
        given["demo_mode"] = True
    try:
        settings = Settings(_env_file=".env", **given)
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        return fail(f"a setting is not right: {wrong}")
    options = ServeOptions(
        scale=chosen.scale,
        seed=chosen.seed,
        ready_file=chosen.ready_file,
        tls_certificate=chosen.tls_certificate,
        tls_key=chosen.tls_key,
    )
    return serve(settings, options)

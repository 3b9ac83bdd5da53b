"""Every setting of the central server, by the name of its environment variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

APP_NAME = "holdfast"


def _plain(name: str) -> AliasChoices:
    """A setting under a name of its own; every other one is HOLDFAST_<FIELD>."""
    return AliasChoices(name, f"HOLDFAST_{name}")


class Settings(BaseSettings):
    """The server's settings. Fields are in seconds, bytes or rows as their names say.

    Read from the environment (and a `.env` file by whoever passes ``_env_file``). Secrets are never shown.
    """

    model_config = SettingsConfigDict(
        env_prefix="HOLDFAST_", extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    # Where things are
    database_url: str = Field(default="", validation_alias=_plain("DATABASE_URL"))
    redis_url: str = Field(default="", validation_alias=_plain("REDIS_URL"))
    celery_broker_url: str = Field(default="", validation_alias=_plain("CELERY_BROKER_URL"))
    data_folder: Path = Field(default_factory=lambda: user_data_path(APP_NAME) / "server")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""

    # What a site does
    low_stock_threshold: int = Field(default=10, ge=0, validation_alias=_plain("LOW_STOCK_THRESHOLD"))
    demo_mode: bool = Field(default=False, validation_alias=_plain("DEMO_MODE"))

    # Sign-in
    admin_password: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    access_token_seconds: int = Field(default=15 * 60, ge=30)
    refresh_token_seconds: int = Field(default=30 * 24 * 3600, ge=60)
    refresh_grace_seconds: int = Field(default=60, ge=0)
    # RFC 9106's second recommendation, for machines that do other work besides.
    password_memory_kib: int = Field(default=64 * 1024, ge=8)
    password_passes: int = Field(default=3, ge=1)
    password_lanes: int = Field(default=4, ge=1)
    password_workers: int = Field(default=2, ge=1)
    password_least_length: int = Field(default=8, ge=1)
    sign_in_tries: int = Field(default=5, ge=1)
    sign_in_tries_per_address: int = Field(default=50, ge=1)
    sign_in_window_seconds: int = Field(default=15 * 60, ge=1)

    # The authority
    commit_deadline_seconds: float = Field(default=30.0, gt=0)
    commit_workers: int = Field(default=4, ge=1)
    commands_per_commit: int = Field(default=1000, ge=1)
    rows_remembered: int = Field(default=300_000, ge=0)
    failures_before_parking: int = Field(default=3, ge=1)
    database_connections: int = Field(default=20, ge=2)
    busy_seconds: float = Field(default=30.0, gt=0)
    # A page that is damaged is found before anybody writes beside it; a large file is looked at for so long only.
    start_check_seconds: float = Field(default=10.0, ge=0)
    tombstone_days: int = Field(default=30, ge=1)

    # Sync
    rows_per_page: int = Field(default=5000, ge=1)
    snapshot_seconds: float = Field(default=3600.0, ge=0)
    snapshot_changes: int = Field(default=50_000, ge=0)
    snapshot_level: int = Field(default=1, ge=1, le=19)
    # Less than a terminal waits for an answer: after that it is told to ask again.
    snapshot_wait_seconds: float = Field(default=10.0, gt=0)
    snapshots_kept: int = Field(default=3, ge=1)
    snapshots_kept_seconds: float = Field(default=24 * 3600.0, ge=0)
    snapshots_bytes: int = Field(default=8 * 1024**3, ge=0)
    max_sync_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    max_request_bytes: int = Field(default=1024 * 1024, ge=1024)
    request_threads: int = Field(default=80, ge=4)
    sync_requests_at_once: int = Field(default=4, ge=1)
    sync_requests_in_line: int = Field(default=2000, ge=0)
    sync_bytes_in_line: int = Field(default=128 * 1024 * 1024, ge=1024)

    # Stock set aside for terminals
    allotment_seconds: float = Field(default=60.0, gt=0)
    allotment_heard_seconds: float = Field(default=900.0, gt=0)
    allotment_demand_days: int = Field(default=28, ge=1)
    allotment_cover_days: int = Field(default=7, ge=1)
    allotment_demand_seconds: float = Field(default=3600.0, ge=0)
    allotment_products: int = Field(default=100, ge=1)

    # Live
    hello_seconds: float = Field(default=5.0, gt=0)
    live_send_seconds: float = Field(default=30.0, gt=0)
    hint_poll_seconds: float = Field(default=1.0, gt=0)
    live_stock_needs_sign_in: bool = False
    coarse_position_seconds: float = Field(default=30.0, ge=0)
    coarse_position_metres: float = Field(default=250.0, ge=0)
    vehicle_watch_seconds: float = Field(default=30.0, gt=0)
    position_history_days: int = Field(default=30, ge=1)

    # Jobs
    job_workers: int = Field(default=1, ge=0)
    job_lease_seconds: float = Field(default=60.0, gt=0)
    job_poll_seconds: float = Field(default=2.0, gt=0)
    job_retry_seconds: Annotated[tuple[float, ...], NoDecode] = (60.0, 120.0, 240.0)
    housekeeping_seconds: float = Field(default=3600.0, gt=0)
    idempotency_hours: int = Field(default=24, ge=1)
    sync_log_days: int = Field(default=30, ge=1)

    # Telling customers
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    smtp_starttls: bool = True
    notify_webhook_url: str = ""
    notify_webhook_secret: SecretStr = SecretStr("")
    notify_seconds: float = Field(default=15.0, gt=0)

    @field_validator("job_retry_seconds", mode="before")
    @classmethod
    def _seconds_from_text(cls, value: object) -> object:
        """`60,120,240` as an environment variable has it."""
        if isinstance(value, str):
            return tuple(float(part) for part in value.split(",") if part.strip())
        return value

    def resolved_database_url(self) -> str:
        """The database to use: a SQLite file in the data folder where nothing else is said."""
        return self.database_url or f"sqlite:///{self.data_folder / 'holdfast.db'}"

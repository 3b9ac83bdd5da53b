"""Settings by the names that operators know, with secrets that do not show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import AliasChoices, ValidationError

from services.server.settings import Settings


def test_settings_are_read_by_their_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://u:p@h/db",
        "REDIS_URL": "redis://h/0",
        "LOW_STOCK_THRESHOLD": "7",
        "DEMO_MODE": "true",
        "HOLDFAST_ADMIN_PASSWORD": "from the environment",
        "HOLDFAST_PORT": "9000",
        "HOLDFAST_DATA_FOLDER": str(tmp_path),
        "HOLDFAST_JOB_RETRY_SECONDS": "1, 2,3.5",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.database_url == "postgresql://u:p@h/db"
    assert (settings.redis_url, settings.low_stock_threshold, settings.demo_mode) == ("redis://h/0", 7, True)
    assert settings.admin_password.get_secret_value() == "from the environment"
    assert "from the environment" not in repr(settings)
    assert (settings.port, settings.data_folder) == (9000, tmp_path)
    assert settings.job_retry_seconds == (1.0, 2.0, 3.5)


def test_without_a_database_a_file_in_the_data_folder_is_used(tmp_path: Path) -> None:
    assert Settings(data_folder=tmp_path).resolved_database_url() == f"sqlite:///{tmp_path / 'holdfast.db'}"


@pytest.mark.parametrize("name", ["HOLDFAST_PORT", "LOW_STOCK_THRESHOLD", "HOLDFAST_JOB_LEASE_SECONDS"])
def test_a_setting_that_cannot_be_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "-5")
    with pytest.raises(ValidationError, match=name.removeprefix("HOLDFAST_").lower() + "|" + name):
        Settings()


def test_the_example_file_names_every_setting_with_what_holds_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    said = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.MULTILINE))
    for name in said:
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    named = {}
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        named[str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"HOLDFAST_{field.upper()}"] = (
            field
        )
    assert sorted(said) == sorted(named)
    for name, example in said.items():
        if example:
            assert getattr(Settings(**{named[name]: example}), named[name]) == getattr(
                settings, named[name]
            ), name

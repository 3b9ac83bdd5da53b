"""Who works at a desk: signed out at once, whatever the keyring says."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.people import People
from local_db import Desk
from local_db.errors import PlainStorageRefused


def test_whoever_signs_out_acts_no_more_even_where_the_keyring_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_name: str, _value: str) -> None:
        raise PlainStorageRefused("The keyring is locked.")

    with Desk.open(tmp_path / "desk", allow_plain=True) as desk:
        desk.as_user("user-1")
        monkeypatch.setattr(desk, "keep_secret", locked)
        with pytest.raises(PlainStorageRefused):
            People(desk).sign_out()
        assert desk.actor_id == ""

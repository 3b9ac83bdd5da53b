"""Every command has its handler, its permission and a test that gives it."""

from __future__ import annotations

import re
from pathlib import Path

from services import commands as c
from services.domain.permissions import PERMISSIONS
from services.handlers.dispatch import HANDLERS
from services.handlers.entry import ENTRY_CHECKS


def test_every_command_has_one_handler() -> None:
    assert set(HANDLERS) == set(c.COMMANDS.values())


def test_every_command_needs_a_permission_that_exists() -> None:
    missing = {name: cls.spec.permission for name, cls in c.COMMANDS.items()}
    assert {name: permission for name, permission in missing.items() if permission not in PERMISSIONS} == {}


def test_only_facts_are_checked_where_they_are_entered() -> None:
    assert {cls.spec.kind for cls in ENTRY_CHECKS} == {c.Kind.FACT}


def test_every_command_is_given_by_a_test_of_its_handler() -> None:
    here = Path(__file__).parent
    tests = "\n".join(path.read_text() for path in here.glob("test_*_handlers.py"))
    given = set(re.findall(r"\b([A-Z]\w+)\(", tests + (here.parent / "helpers" / "floor.py").read_text()))
    assert set(c.COMMANDS) - given == set()

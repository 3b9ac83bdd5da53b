"""Roles carry permissions as data; nobody gets one by a slip of the keyboard."""

import pytest

from services.domain.permissions import GRANTS, PERMISSIONS, Role, allowed, permissions_of, roles_of


def test_every_role_grants_only_permissions_that_exist():
    for role in Role:
        assert GRANTS[role] <= set(PERMISSIONS), role


def test_an_administrator_may_do_everything():
    assert permissions_of("administrator") == set(PERMISSIONS)


def test_nobody_without_a_role_may_do_anything():
    assert permissions_of("") == permissions_of([]) == frozenset()
    assert not allowed("", "view")


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("supervisor", "stock.count.approve", "user.manage"),
        ("supervisor", "lease.revoke", "terminal.manage"),
        ("dispatcher", "fleet.assign", "stock.adjust"),
        ("picker", "pick.confirm", "order.place"),
        ("picker", "stock.count", "stock.count.approve"),
        ("clerk", "order.place", "pick.confirm"),
        ("viewer", "view", "order.place"),
        ("driver", "route.drive", "fleet.assign"),
        ("service", "order.place", "user.manage"),
    ],
)
def test_a_role_may_do_its_own_work_and_no_more(role: str, may: str, may_not: str):
    assert allowed(role, may)
    assert not allowed(role, may_not)


def test_several_roles_add_up():
    assert permissions_of("picker, driver") == GRANTS[Role.PICKER] | GRANTS[Role.DRIVER]
    assert allowed(["picker", "driver"], "route.drive")


def test_a_role_of_a_newer_version_carries_nothing_and_breaks_nothing():
    assert roles_of("picker,astronaut") == {Role.PICKER}
    assert not allowed("astronaut", "view")


def test_a_misspelt_permission_is_an_error_and_not_a_refusal():
    with pytest.raises(LookupError):
        allowed("administrator", "order.plaec")


def test_what_changes_people_and_terminals_is_for_administrators_alone():
    for permission in ("user.manage", "terminal.manage", "settings.edit", "backup.run"):
        assert [role for role in Role if allowed([role], permission)] == [Role.ADMINISTRATOR]

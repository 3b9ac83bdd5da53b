"""The comparison at the end of every test here notices what it is there for."""

from __future__ import annotations

import pytest

from tests.faults.scene import Scene

_ONE = "(SELECT MIN(id) FROM command_log WHERE name = 'ReceiveStock' AND status = 'applied')"
_ITS = f"(SELECT command_id FROM command_log WHERE id = {_ONE})"


@pytest.mark.parametrize(
    ("tampering", "undoing", "told"),
    [
        (
            "UPDATE product SET name = name || '!' WHERE id = 'prod-1'",
            "UPDATE product SET name = 'Product 1' WHERE id = 'prod-1'",
            "product: 0 missing, 0 too many, 1 different",
        ),
        (
            f"UPDATE command_log SET command_id = command_id || '!' WHERE id = {_ONE}",
            "UPDATE command_log SET command_id = replace(command_id, '!', '')",
            "is not at the server",
        ),
        (
            f"UPDATE command_log SET status = 'rejected', code = 'tampered' WHERE id = {_ONE}",
            "UPDATE command_log SET status = 'applied', code = '' WHERE code = 'tampered'",
            "its outcomes are",
        ),
        (
            f"UPDATE stock_movement SET kind = 'found' WHERE kind = 'receipt' AND command_id = {_ITS}",
            f"UPDATE stock_movement SET kind = 'receipt' WHERE kind = 'found' AND command_id = {_ITS}",
            "was booked 0 times",
        ),
    ],
    ids=["another row", "a lost command", "an outcome that nobody was told", "an effect that is missing"],
)
def test_what_is_wrong_is_found(scene: Scene, tampering: str, undoing: str, told: str) -> None:
    scene.desks["first"].do("receive", count=3)
    scene.agree()
    scene.run_sql(tampering)
    try:
        assert any(told in problem for problem in scene.problems()), scene.problems()
    finally:
        scene.run_sql(undoing)
    scene.agree()


def test_a_command_that_somebody_was_told_is_kept_and_is_not_is_found(scene: Scene) -> None:
    first = scene.desks["first"]
    first.do("receive", count=3)
    kept = first.given_file.read_text(encoding="utf-8")
    first.given_file.write_text(f"{kept}another ReceiveStock\n", encoding="utf-8")
    assert scene.problems() == ["command another was given and is not in the outbox"]
    first.given_file.write_text(kept, encoding="utf-8")
    scene.agree()

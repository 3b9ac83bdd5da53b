"""A crowd of terminals is served a few at a time, and sent away in turns where the line is full."""

from __future__ import annotations

import asyncio
import random

import pytest

from services.server.errors import ApiError
from services.server.gate import Gate


async def _serve(
    gate: Gate, done: asyncio.Event, inside: list[int], *, size: int = 0, patient: bool = False
) -> None:
    async with gate.entered(size, patient=patient):
        inside.append(len(inside))
        await done.wait()


def test_few_are_served_at_once_the_others_wait_and_beyond_the_line_they_are_sent_away() -> None:
    async def play() -> None:
        gate, done, inside = Gate(2, 3), asyncio.Event(), []
        tasks = [asyncio.create_task(_serve(gate, done, inside)) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(inside) == 2
        with pytest.raises(ApiError) as turned_away:
            async with gate.entered():
                raise AssertionError("there was no room")
        assert turned_away.value.status == 503
        assert int(turned_away.value.headers["Retry-After"]) >= 1
        tasks.append(asyncio.create_task(_serve(gate, done, inside, patient=True)))
        done.set()
        await asyncio.gather(*tasks)
        assert len(inside) == 6
        async with gate.entered():
            pass

    asyncio.run(play())


def test_the_line_holds_so_many_bytes_but_one_request_whatever_it_weighs() -> None:
    async def play() -> None:
        gate, done, inside = Gate(1, 100, most_bytes=1000), asyncio.Event(), []
        async with gate.entered(5000):
            with pytest.raises(ApiError):
                async with gate.entered(1):
                    raise AssertionError("there was no room")
        tasks = [asyncio.create_task(_serve(gate, done, inside, size=500)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ApiError):
            async with gate.entered(1):
                raise AssertionError("there was no room")
        done.set()
        await asyncio.gather(*tasks)
        async with gate.entered(1000):
            pass

    asyncio.run(play())


def test_there_is_a_crowd_while_a_newcomer_would_wait_long() -> None:
    async def play() -> None:
        gate, done, inside = Gate(2, 100), asyncio.Event(), []
        assert not gate.is_crowded()
        tasks = [asyncio.create_task(_serve(gate, done, inside)) for _ in range(5)]
        await asyncio.sleep(0)
        assert not gate.is_crowded()
        tasks += [asyncio.create_task(_serve(gate, done, inside, patient=True)) for _ in range(50)]
        await asyncio.sleep(0)
        assert gate.is_crowded()
        done.set()
        await asyncio.gather(*tasks)
        assert not gate.is_crowded()

    asyncio.run(play())


def test_a_place_is_given_back_by_whoever_fails() -> None:
    async def play() -> None:
        gate = Gate(1, 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with gate.entered():
                    raise ZeroDivisionError
        async with gate.entered():
            pass

    asyncio.run(play())


def test_those_sent_away_come_back_one_after_the_other() -> None:
    async def play() -> list[int]:
        gate, done, inside = Gate(1, 0, clock=lambda: 100.0, chance=random.Random(1)), asyncio.Event(), []
        task = asyncio.create_task(_serve(gate, done, inside))
        await asyncio.sleep(0)
        waits = []
        for _ in range(500):
            with pytest.raises(ApiError) as turned_away:
                async with gate.entered():
                    raise AssertionError("there was no room")
            waits.append(int(turned_away.value.headers["Retry-After"]))
        done.set()
        await task
        return waits

    waits = asyncio.run(play())
    assert sum(waits[:100]) < sum(waits[200:300]) < sum(waits[400:])
    assert max(waits) <= 15

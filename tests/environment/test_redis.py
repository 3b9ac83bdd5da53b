"""The Redis that tests get: it is real, and empty at the start of each test."""

from __future__ import annotations

import pytest
import redis


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_value_comes_back_and_the_next_test_does_not_see_it(redis_url: str, run: str) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.dbsize() == 0
        client.set("who", run)
        assert client.get("who") == run


def test_a_message_reaches_a_subscriber(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client, client.pubsub() as channel:
        channel.subscribe("hints")
        assert channel.get_message(timeout=10)["type"] == "subscribe"
        client.publish("hints", "org is at 7")
        assert channel.get_message(timeout=10)["data"] == "org is at 7"

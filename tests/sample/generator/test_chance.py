"""Chance is the same wherever it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from services.sample.generator.chance import Chance, Weighted

ROOT = Path(__file__).parents[3]
PRINT_DIGEST = """
import hashlib, msgspec
from datetime import date
from services.sample.curves import MEASURED
from services.sample.curve_shape import lines_a_day
from services.sample.generator.catalogue import make_catalogue
from services.sample.generator.customers import make_customers
from services.sample.generator.fleet import make_fleet
from services.sample.generator.order_book import make_order_book
from services.sample.generator.places import Addresses, Depot
from services.sample.goods import goods_of_sample
from services.sample.stocking import plan_stock
products = make_catalogue(SEED, 300, MEASURED, orders_a_day=6)
customers = make_customers(SEED, 90, MEASURED, Addresses(Depot()))
orders = make_order_book(SEED, products, customers, MEASURED, last_day=date(2026, 5, 29), days=60,
                         timezone="Europe/London", orders_a_day=6)
goods = goods_of_sample(products, sum(lines_a_day(MEASURED, 6)))
everything = (products, customers, orders, make_fleet(SEED, 40, Depot()), plan_stock(SEED, goods, date(2026, 5, 29)))
print(hashlib.sha256(msgspec.json.encode(everything)).hexdigest())
"""


def digest(seed: int, hash_seed: str) -> str:
    """The whole sample made in a process of its own, where sets and dicts of text have another order."""
    return subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST.replace("SEED", str(seed))],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_same_seed_gives_the_same_bytes_in_any_process():
    assert digest(5, "1") == digest(5, "2") != digest(6, "1")


def test_the_first_choices_of_a_stream_are_those_that_they_always_were():
    chance = Chance(1, "promise")
    assert [chance.below(1000) for _ in range(5)] == [165, 312, 971, 861, 779]
    assert Chance(1, "promise").shuffled("abcdef") == list("fecdba")


def test_streams_of_different_purposes_do_not_shift_each_other():
    one, other = Chance(1, "a"), Chance(1, "b")
    alone = [Chance(1, "a").unit()]
    other.unit()
    assert [one.unit()] == alone
    assert Chance(1, "a").unit() != Chance(1, "b").unit()


def test_weighted_draws_come_in_proportion():
    chance, weighted = Chance(2), Weighted([1, 0, 3])
    counts = Counter(weighted.draw(chance) for _ in range(4000))
    assert counts[1] == 0
    assert counts[2] / counts[0] == pytest.approx(3, rel=0.15)


def test_distinct_draws_are_distinct_and_no_more_than_there_are():
    chance, weighted = Chance(3), Weighted([1] * 5)
    drawn = weighted.draw_distinct(chance, 9)
    assert sorted(drawn) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_nothing_to_draw_from_says_so(weights: list[float]):
    with pytest.raises(ValueError, match="nothing to draw from"):
        Weighted(weights)

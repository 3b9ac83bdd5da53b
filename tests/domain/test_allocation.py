"""Removal strategies give the right stock and never more than is free; scarce stock is shared fairly."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.allocation import (
    Bin,
    Promised,
    RemovalStrategy,
    Share,
    Take,
    Waiting,
    allocate,
    fill_backorders,
    newest_lowest_priority,
    strategy_for,
    taken,
)

DAY = 86_400_000
TODAY = "2026-03-10"


def bin_(
    stock_id: str,
    on_hand: int,
    *,
    allocated: int = 0,
    received_day: int = 0,
    expires_on: str = "",
    x_m: float = 0.0,
    y_m: float = 0.0,
    pick_sequence: int = 0,
) -> Bin:
    """A bin of which only what the test is about differs from the others."""
    return Bin(
        stock_id=stock_id,
        location_id="at-" + stock_id,
        lot="",
        expires_on=expires_on,
        received_at=received_day * DAY,
        on_hand=on_hand,
        allocated=allocated,
        x_m=x_m,
        y_m=y_m,
        pick_sequence=pick_sequence,
    )


BINS = st.lists(
    st.builds(
        bin_,
        st.uuids().map(str),
        st.integers(min_value=0, max_value=30),
        allocated=st.integers(min_value=0, max_value=35),
        received_day=st.integers(min_value=0, max_value=5),
        expires_on=st.sampled_from(["", "2026-03-09", "2026-03-10", "2026-03-20", "2027-01-01"]),
        x_m=st.integers(min_value=0, max_value=4).map(float),
        y_m=st.integers(min_value=0, max_value=4).map(float),
        pick_sequence=st.integers(min_value=0, max_value=3),
    ),
    max_size=12,
    unique_by=lambda one: one.stock_id,
)
STRATEGIES = st.sampled_from(RemovalStrategy)
QUANTITIES = st.integers(min_value=0, max_value=120)


@given(QUANTITIES, BINS, STRATEGIES)
def test_never_more_than_is_free_is_taken_and_never_more_than_wanted(
    quantity: int, bins: list[Bin], strategy: RemovalStrategy
):
    takes = allocate(quantity, bins, strategy, TODAY)
    by_id = {one.stock_id: one for one in bins}
    assert len({take.stock_id for take in takes}) == len(takes)
    assert all(0 < take.quantity <= by_id[take.stock_id].free for take in takes)
    usable = sum(one.free for one in bins if not one.expires_on or one.expires_on >= TODAY)
    assert taken(takes) == min(quantity, usable)


@given(QUANTITIES, BINS, STRATEGIES)
def test_an_expired_lot_is_never_taken(quantity: int, bins: list[Bin], strategy: RemovalStrategy):
    expired = {one.stock_id for one in bins if one.expires_on == "2026-03-09"}
    assert not expired & {take.stock_id for take in allocate(quantity, bins, strategy, TODAY)}


@given(QUANTITIES, BINS, STRATEGIES, st.randoms(use_true_random=False))
def test_every_machine_chooses_alike_in_whatever_order_the_rows_come(
    quantity: int, bins: list[Bin], strategy: RemovalStrategy, chance
):
    shuffled = list(bins)
    chance.shuffle(shuffled)
    assert allocate(quantity, shuffled, strategy, TODAY) == allocate(quantity, bins, strategy, TODAY)


@given(QUANTITIES, BINS)
def test_fifo_touches_no_receipt_before_all_older_ones_are_used_up(quantity: int, bins: list[Bin]):
    takes = {take.stock_id: take.quantity for take in allocate(quantity, bins, "fifo", TODAY)}
    usable = [one for one in bins if one.free and not (one.expires_on and one.expires_on < TODAY)]
    for younger in usable:
        if takes.get(younger.stock_id):
            older = [one for one in usable if one.received_at < younger.received_at]
            assert all(takes.get(one.stock_id) == one.free for one in older)


@given(QUANTITIES, BINS)
def test_fefo_touches_no_lot_before_all_that_expire_earlier_are_used_up(quantity: int, bins: list[Bin]):
    takes = {take.stock_id: take.quantity for take in allocate(quantity, bins, "fefo", TODAY)}
    usable = [one for one in bins if one.free and not (one.expires_on and one.expires_on < TODAY)]
    for later in usable:
        if takes.get(later.stock_id):
            earlier = [
                one
                for one in usable
                if one.expires_on and (one.expires_on < later.expires_on or not later.expires_on)
            ]
            assert all(takes.get(one.stock_id) == one.free for one in earlier)


def test_lifo_takes_the_newest_receipt():
    bins = [bin_("old", 10, received_day=1), bin_("new", 10, received_day=2)]
    assert allocate(12, bins, "lifo", TODAY) == [Take("new", 10), Take("old", 2)]


def test_closest_takes_what_is_nearest_along_the_aisles():
    # Straight across the shelf, "across" would be nearer (5.0 m against 6.0 m).
    bins = [bin_("across", 10, x_m=3, y_m=4), bin_("down", 10, x_m=0, y_m=6)]
    assert allocate(12, bins, "closest", TODAY) == [Take("down", 10), Take("across", 2)]
    assert allocate(5, bins, "closest", TODAY, from_x_m=3, from_y_m=3) == [Take("across", 5)]


def test_the_walk_of_closest_starts_where_the_picker_is():
    bins = [bin_("south", 10, x_m=0, y_m=1), bin_("north", 10, x_m=0, y_m=9), bin_("east", 10, x_m=6, y_m=5)]
    takes = allocate(30, bins, "closest", TODAY, from_x_m=1, from_y_m=6)
    assert [take.stock_id for take in takes] == ["north", "east", "south"]


def test_fefo_takes_goods_without_expiry_last_and_the_older_of_equal_expiry_first():
    bins = [
        bin_("keeps", 5, received_day=0),
        bin_("young", 5, received_day=3, expires_on="2026-04-01"),
        bin_("old", 5, received_day=1, expires_on="2026-04-01"),
    ]
    assert [take.stock_id for take in allocate(15, bins, "fefo", TODAY)] == ["old", "young", "keeps"]


def test_the_day_of_expiry_is_the_last_usable_day():
    assert allocate(1, [bin_("today", 1, expires_on=TODAY)], "fefo", TODAY) == [Take("today", 1)]


def test_among_equals_one_bin_that_holds_all_is_better_than_two_visits():
    bins = [bin_("small", 4), bin_("large", 40), bin_("fits", 6)]
    assert allocate(5, bins, "fifo", TODAY) == [Take("fits", 5)]


def test_among_equals_that_are_all_too_small_the_largest_comes_first():
    bins = [bin_("a", 2), bin_("b", 4), bin_("c", 3)]
    assert allocate(6, bins, "fifo", TODAY) == [Take("b", 4), Take("a", 2)]


def test_receipts_of_the_same_day_are_equal_but_a_day_older_is_older():
    bins = [bin_("yesterday", 2, received_day=1), bin_("today", 9, received_day=2)]
    assert allocate(5, bins, "fifo", TODAY) == [Take("yesterday", 2), Take("today", 3)]


def test_at_the_same_merit_the_pick_sequence_decides():
    bins = [bin_("a", 5, pick_sequence=20), bin_("b", 5, pick_sequence=10)]
    assert allocate(3, bins, "fifo", TODAY) == [Take("b", 3)]


def test_the_product_decides_before_the_site_and_expiry_before_habit():
    assert strategy_for("lifo", "fefo", expiry_tracked=True) is RemovalStrategy.LIFO
    assert strategy_for("", "closest", expiry_tracked=True) is RemovalStrategy.CLOSEST
    assert strategy_for("", "", expiry_tracked=True) is RemovalStrategy.FEFO
    assert strategy_for("", "", expiry_tracked=False) is RemovalStrategy.FIFO


WAITING = st.lists(
    st.builds(
        Waiting,
        id=st.uuids().map(str),
        quantity=st.integers(min_value=1, max_value=20),
        priority=st.integers(min_value=1, max_value=9),
        since=st.integers(min_value=0, max_value=5),
    ),
    max_size=10,
    unique_by=lambda one: one.id,
)


def test_backorders_fill_first_come_first_served_by_priority():
    waiting = [
        Waiting("late", 5, priority=5, since=20),
        Waiting("early", 5, priority=5, since=10),
        Waiting("urgent", 5, priority=1, since=30),
    ]
    assert fill_backorders(12, waiting) == [Share("urgent", 5), Share("early", 5), Share("late", 2)]


@given(QUANTITIES, WAITING)
def test_nobody_is_served_before_those_ahead_have_all_they_wait_for(quantity: int, waiting: list[Waiting]):
    shares = {share.id: share.quantity for share in fill_backorders(quantity, waiting)}
    assert sum(shares.values()) == min(quantity, sum(one.quantity for one in waiting))
    for one in waiting:
        assert shares.get(one.id, 0) <= one.quantity
        if shares.get(one.id):
            ahead = [other for other in waiting if (other.priority, other.since) < (one.priority, one.since)]
            assert all(shares.get(other.id) == other.quantity for other in ahead)


def test_the_newest_promise_of_the_lowest_priority_gives_way_first():
    promised = [
        Promised("urgent", 5, priority=1, reserved_at=30),
        Promised("old", 5, priority=9, reserved_at=10),
        Promised("new", 5, priority=9, reserved_at=20),
    ]
    assert newest_lowest_priority(promised, 7) == [Share("new", 5), Share("old", 2)]


@given(QUANTITIES, WAITING)
def test_who_gives_way_is_the_last_of_those_who_were_served(quantity: int, waiting: list[Waiting]):
    """Clawing back undoes filling: filling all and taking some back serves the same as filling that much less."""
    promised = [Promised(one.id, one.quantity, one.priority, one.since) for one in waiting]
    total = sum(one.quantity for one in waiting)
    kept = {one.id: one.quantity for one in waiting}
    for share in newest_lowest_priority(promised, quantity):
        kept[share.id] -= share.quantity
    served = {share.id: share.quantity for share in fill_backorders(max(0, total - quantity), waiting)}
    assert {key: units for key, units in kept.items() if units} == served

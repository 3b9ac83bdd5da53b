"""What may be promised for a day breaks no promise of a later one."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.atp import Dated, available_to_promise, earliest_day

TODAY = "2026-03-10"
DAYS = st.integers(min_value=8, max_value=20).map(lambda day: f"2026-03-{day:02d}")
ENTRIES = st.lists(st.builds(Dated, DAYS, st.integers(min_value=1, max_value=20)), max_size=8)


def test_receipts_add_and_promises_take_by_date():
    figures = available_to_promise(5, [Dated("2026-03-12", 20)], [Dated("2026-03-15", 8)], TODAY)
    assert figures == [Dated(TODAY, 5), Dated("2026-03-12", 17), Dated("2026-03-15", 17)]


def test_what_is_free_today_is_kept_for_a_promise_of_tomorrow():
    figures = available_to_promise(5, [Dated("2026-03-12", 20)], [Dated("2026-03-11", 4)], TODAY)
    assert figures[0] == Dated(TODAY, 1)


def test_an_overdue_receipt_counts_as_coming_today():
    assert available_to_promise(0, [Dated("2026-03-01", 7)], [], TODAY) == [Dated(TODAY, 7)]


def test_the_earliest_day_is_the_first_with_enough():
    figures = available_to_promise(5, [Dated("2026-03-12", 20)], [], TODAY)
    assert [earliest_day(units, figures) for units in (5, 6, 26)] == [TODAY, "2026-03-12", ""]


@given(st.integers(min_value=0, max_value=50), ENTRIES, ENTRIES)
def test_taking_what_a_day_offers_never_breaks_a_promise_that_could_be_kept(
    now: int, receipts: list[Dated], promises: list[Dated]
):
    figures = available_to_promise(now, receipts, promises, TODAY)
    assert [figure.quantity for figure in figures] == sorted(figure.quantity for figure in figures)
    for figure in figures:
        if figure.quantity:
            after = available_to_promise(now, receipts, [*promises, figure], TODAY)
            assert next(one.quantity for one in after if one.day == figure.day) == 0
            level = now
            for day in sorted({one.day for one in [*receipts, *promises, figure]} | {TODAY}):
                level += sum(one.quantity for one in receipts if max(one.day, TODAY) == day)
                level -= sum(one.quantity for one in [*promises, figure] if max(one.day, TODAY) == day)
                assert day < figure.day or level >= 0

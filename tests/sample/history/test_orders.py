"""Rows become orders, whatever stands between them."""

from __future__ import annotations

from decimal import Decimal

from services.sample.history import (
    WALK_IN,
    LineKind,
    gather_customers,
    gather_products,
    group_orders,
    read_history,
)

from .conftest import Write

ROWS = (
    "700,A100,MUG,6,2011-01-03 10:00,2.50,55,United Kingdom",
    "700,a100,MUG,2,2011-01-03 10:01,2.50,55,United Kingdom",
    "700,A100,MUG,1,2011-01-03 10:01,2.00,55,United Kingdom",
    "701,B200,JUG,1,2011-01-03 11:00,9.95,,Germany",
    "700,POST,POSTAGE,1,2011-01-03 10:01,4.00,55,United Kingdom",
    "C702,A100,MUG,-3,2011-01-04 09:00,2.50,55,United Kingdom",
    "C702,M,Manual,-1,2011-01-04 09:00,1.00,55,United Kingdom",
    "703,B200,damaged,-4,2011-01-04 09:30,0,,United Kingdom",
)


def test_rows_of_one_number_are_one_order_even_when_others_stand_between(write: Write):
    lines = list(read_history([write(*ROWS)]))
    orders = {order.number: order for order in group_orders(lines, gather_products(lines).sku_of)}
    assert list(orders) == ["700", "701", "C702", "703"]
    first = orders["700"]
    assert [(line.sku, line.quantity, line.unit_price, line.merged) for line in first.goods] == [
        ("A100", 8, Decimal("2.50"), 2),
        ("A100", 1, Decimal("2.00"), 1),
    ]
    assert [line.kind for line in first.others] == [LineKind.CHARGE]
    assert first.merged_rows == 1
    assert first.amount == Decimal("26.00")
    assert first.ordered_at == min(line.ordered_at for line in lines)


def test_a_cancellation_takes_goods_back_and_the_rest_of_it_stays_visible(write: Write):
    orders = {order.number: order for order in group_orders(read_history([write(*ROWS)]))}
    cancelled = orders["C702"]
    assert cancelled.cancellation
    assert [(line.sku, line.quantity) for line in cancelled.goods] == [("A100", 3)]
    assert [line.sku for line in cancelled.others] == ["M"]
    assert cancelled.amount == Decimal("-8.50")


def test_a_document_of_remarks_has_no_goods(write: Write):
    orders = {order.number: order for order in group_orders(read_history([write(*ROWS)]))}
    assert orders["703"].goods == ()
    assert orders["703"].others[0].kind is LineKind.WAREHOUSE_NOTE


def test_no_row_and_no_penny_is_lost_between_rows_and_orders(write: Write):
    reader = read_history([write(*ROWS)])
    lines = list(reader)
    orders = group_orders(lines)
    assert (
        sum(line.merged for order in orders for line in order.goods) + sum(len(o.others) for o in orders) == 8
    )
    assert sum(order.amount for order in orders) == reader.report.amounts["GBP"]


def test_a_row_that_adds_to_an_earlier_one_is_told_as_merged(write: Write):
    reader = read_history([write(*ROWS)])
    assert [line.row for line in reader if line.merged] == [3]
    assert reader.report.merged == 1


def test_products_are_one_under_their_usual_spelling_with_their_usual_name_and_price(write: Write):
    path = write(
        "1,A100,WHITE T-LIGHT HOLDER,6,2011-01-03,2.50,55,UK",
        "2,A100,WHITE T-LIGHT HOLDER,6,2011-01-04,2.50,56,UK",
        "3,a100,WHITE  T-LIGHT HOLDER ,12,2011-01-05,2.10,57,UK",
        "4,A100,T-LIGHTS OLD NAME,5,2011-01-06,9.99,,UK",
        "5,A100,damaged,-2,2011-01-07,0,,UK",
        "C6,A100,WHITE T-LIGHT HOLDER,-6,2011-01-08,2.50,55,UK",
        "7,POST,POSTAGE,1,2011-01-08,4.00,55,UK",
        "8,B200,,3,2011-01-09,0,,UK",
    )
    book = gather_products(read_history([path]))
    assert [product.sku for product in book.products] == ["A100", "B200"]
    holder, unsold = book.products
    assert holder.spellings == ("A100", "a100")
    assert (holder.description, holder.name) == ("WHITE T-LIGHT HOLDER", "White T-Light Holder")
    assert holder.unit_price == Decimal("2.50")
    assert (holder.lines, holder.units, holder.units_back) == (4, 29, 6)
    assert (holder.usual_quantity, holder.pack) == (6, 6)
    assert (unsold.lines, unsold.units, unsold.name, unsold.price_minor) == (0, 0, "Item B200", 0)
    assert book.sku_of("a100") == "A100"
    assert book.units_per_day(holder) == 29 / 6


def test_a_charge_without_a_price_does_not_become_a_product(write: Write):
    path = write("1,23444,Next Day Carriage,1,2011-01-03,15,55,UK", "2,23444,,4,2011-01-04,0,,UK")
    assert gather_products(read_history([path])).products == ()


def test_customers_are_known_by_what_they_ordered(write: Write):
    customers = {
        profile.code: profile for profile in gather_customers(group_orders(read_history([write(*ROWS)])))
    }
    assert list(customers) == ["55", WALK_IN]
    assert (customers["55"].orders, customers["55"].cancellations) == (1, 1)
    assert customers["55"].amounts == {"GBP": Decimal("17.50")}
    assert customers[WALK_IN].orders == 1

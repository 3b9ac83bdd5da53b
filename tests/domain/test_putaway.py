"""Goods that come in are sent where pickers need them, then where they already lie, then to an empty bin nearby."""

from services.domain.putaway import PutawayBin, suggest_putaway


def bin_(
    name: str, kind: str, *, same: int = 0, others: int = 0, target: int = 0, x_m: float = 0.0
) -> PutawayBin:
    return PutawayBin(name, kind, same, others, x_m, 0.0, pick_sequence=0, target=target)


BINS = [
    bin_("full pick face", "pick", same=40, target=40),
    bin_("empty pick", "pick"),
    bin_("empty reserve", "reserve"),
    bin_("reserve with it", "reserve", same=12),
    bin_("pick face with room", "pick", same=4, target=40),
    bin_("other goods", "reserve", others=5),
    bin_("dock", "dock"),
]


def suggestion(quantity: int, bins: list[PutawayBin]) -> str:
    found = suggest_putaway(quantity, bins, from_x_m=0.0, from_y_m=0.0)
    return found.location_id if found else ""


def test_the_pick_face_comes_first_while_it_has_room():
    assert suggestion(36, BINS) == "pick face with room"


def test_what_does_not_fit_the_pick_face_goes_where_the_product_already_lies():
    assert suggestion(37, BINS) == "reserve with it"


def test_the_other_places_follow_in_their_order():
    left = [one for one in BINS if one.location_id != "pick face with room"]
    expected = ["reserve with it", "empty reserve", "empty pick", "full pick face", ""]
    found = []
    while True:
        found.append(suggestion(36, left))
        if not found[-1]:
            break
        left = [one for one in left if one.location_id != found[-1]]
    assert found == expected


def test_the_nearest_of_equal_places_wins_and_then_the_id():
    bins = [bin_("far", "reserve", x_m=20.0), bin_("b", "reserve", x_m=5.0), bin_("a", "reserve", x_m=5.0)]
    assert suggestion(1, bins) == suggestion(1, bins[::-1]) == "a"


def test_nothing_to_put_away_needs_no_place():
    assert suggestion(0, BINS) == ""

"""Makes customers: shops and people with names, contacts and addresses that read like real ones and are nobody's."""

from __future__ import annotations

from typing import Final

from services.sample.countries import country_code
from services.sample.curve_shape import Curves
from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.places import HOME, Addresses
from services.sample.generator.records import SampleCustomer
from services.sample.generator.vocabulary import abroad, customer_words

_FIRST_CODE: Final = 10_001
# Numbers that Ofcom keeps free for drama, so that nobody's telephone ever rings.
_TELEPHONES: Final = ("0116 496 0", "0121 496 0", "0115 496 0", "0114 496 0", "01632 960", "07700 900")
_USUAL_PRIORITY: Final = 5
_PRIORITIES: Final = (3, 4, 5, 5, 5, 5, 5, 5, 5, 6, 7)


def make_customers(seed: int, count: int, curves: Curves, addresses: Addresses) -> tuple[SampleCustomer, ...]:
    """Customers by code; those abroad in the measured shares of each country."""
    chance = Chance(seed, "customers")
    countries = [code for code in curves.countries if code in abroad()] + [HOME]
    share = Weighted(curves.countries[code] for code in countries)
    customers: list[SampleCustomer] = []
    taken: set[str] = set()
    for index in range(count):
        country = countries[share.draw(chance)]
        contact = f"{chance.pick(customer_words()['given'])} {chance.pick(customer_words()['surname'])}"
        address = addresses.address(chance)
        name = _new_name(chance, country, contact, address.city, taken)
        if country != HOME:
            address = addresses.address(chance, country, name)
        customers.append(
            SampleCustomer(
                code=str(_FIRST_CODE + index),
                name=name,
                contact=contact,
                email=f"orders@{_host(name)}.example",
                phone=f"{chance.pick(_TELEPHONES)}{chance.below(1000):03d}",
                address=address,
                country=country,
                priority=chance.pick(_PRIORITIES),
            )
        )
    return tuple(customers)


def _new_name(chance: Chance, country: str, contact: str, city: str, taken: set[str]) -> str:
    """A name that no other customer has: several shops of one name are told apart by their towns."""
    while True:
        name = _name(chance, country, contact)
        where = chance.pick(abroad()[country].cities) if country != HOME else city
        for candidate in (f"{name}, {where}",) if country != HOME else (name, f"{name}, {where}"):
            if candidate not in taken:
                taken.add(candidate)
                return candidate
        contact = f"{chance.pick(customer_words()['given'])} {chance.pick(customer_words()['surname'])}"


def _name(chance: Chance, country: str, contact: str) -> str:
    words = customer_words()
    if country != HOME:
        name = chance.pick(abroad()[country].names)
        return name if chance.happens(0.4) else f"{name} {chance.pick(words['surname'])}"
    surname = contact.rpartition(" ")[2]
    form = chance.unit()
    if form < 0.35:
        return f"{chance.pick(words['shop'])} {chance.pick(words['trade'])}"
    if form < 0.45:
        return chance.pick(words["shop"])
    if form < 0.70:
        return (
            f"{surname}'s {chance.pick(words['trade'])}"
            if surname[-1] != "s"
            else f"{surname} {chance.pick(words['trade'])}"
        )
    if form < 0.82:
        return f"{surname} & {chance.pick(('Sons', 'Daughters', 'Co', chance.pick(words['surname'])))}"
    return contact


def _host(name: str) -> str:
    """A name as part of an address in a domain that never exists (RFC 2606)."""
    plain = name.lower().replace("&", "and")
    return "-".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in plain.replace("'", "")).split()
    )


def customer_of(code: str, country: str, addresses: Addresses) -> SampleCustomer:
    """A customer of whom a company's history gives only the code: an address near the depot, and no invented name.

    ``country`` is a name or a code, as the history has it; what is no country counts as home.
    """
    name = f"Customer {code}"
    where = country_code(country) or HOME
    return SampleCustomer(
        code=code,
        name=name,
        contact="",
        email="",
        phone="",
        address=addresses.address_of(code, where, name),
        country=where,
        priority=_USUAL_PRIORITY,
    )

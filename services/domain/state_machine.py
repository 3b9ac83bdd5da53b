"""What every state machine shares: transitions as data, and a refusal that says what is possible instead."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from services.domain.refusals import refuse

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def follow(thing: str, table: Mapping[Event, Mapping[State, State]], current: State, event: Event) -> State:
    """The state that `event` leads to from `current`.

    Raises RuleViolation `wrong_state`, naming the current state, what was wanted and what is possible.
    """
    target = table[event].get(current)
    if target is None:
        options = possible(table, current)
        refuse(
            "wrong_state",
            details=[{"thing": thing, "current": current.value, "wanted": event.value, "possible": options}],
            thing=thing,
            current=in_words(current),
            wanted=in_words(event),
            possible=", ".join(in_words(option) for option in options) or "nothing more",
        )
    return target


def possible(table: Mapping[Event, Mapping[State, State]], current: State) -> list[str]:
    """The events that lead on from a state, in the order of the table; screens offer exactly these."""
    return [event.value for event, moves in table.items() if current in moves]


def in_words(name: str) -> str:
    """A state or event as a person says it: `partially_shipped` is `partially shipped`."""
    return name.replace("_", " ")

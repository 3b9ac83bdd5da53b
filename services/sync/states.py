"""The one state machine of sync, as data: states, what leads from one to another, and what may cut a rest short."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.sync.errors import NotEnrolled, Offline, Refused, SyncError, UpgradeRequired


class State(StrEnum):
    """What the sync engine is doing."""

    IDLE = "idle"
    """Everything known is settled; it waits for work, a hint or the next poll."""
    PUSHING = "pushing"
    FIRST_SYNC = "first_sync"
    """A whole image of the server's rows is on its way."""
    PULLING = "pulling"
    SETTLING = "settling"
    """What was pulled takes effect, and pending commands are replayed over it."""
    WAITING = "waiting"
    """Something failed a moment ago, or the server asked for a pause: the next try is near."""
    OFFLINE = "offline"
    """The fast tries are over; a slow probe goes on."""
    NEEDS_ENROLMENT = "needs_enrolment"
    """This terminal has no identity yet."""
    BARRED = "barred"
    """The server turned this terminal's credential away; everything is kept, and it is asked again now and then."""
    UPGRADE_REQUIRED = "upgrade_required"
    """Program and server no longer understand each other; everything is kept and nothing is sent."""
    STOPPED = "stopped"


class Event(StrEnum):
    """What leads from one state to another."""

    PUSH = "push"
    FETCH_IMAGE = "fetch_image"
    PULL = "pull"
    SETTLE = "settle"
    FINISH = "finish"
    TRY_SOON = "try_soon"
    LOSE_LINK = "lose_link"
    BE_TURNED_AWAY = "be_turned_away"
    LACK_IDENTITY = "lack_identity"
    BE_OUTDATED = "be_outdated"
    STOP = "stop"
    START = "start"


WORKING = (State.PUSHING, State.FIRST_SYNC, State.PULLING, State.SETTLING)
RESTING = (
    State.IDLE,
    State.WAITING,
    State.OFFLINE,
    State.NEEDS_ENROLMENT,
    State.BARRED,
    State.UPGRADE_REQUIRED,
)


def _all_to(target: State, *sources: State) -> dict[State, State]:
    return {source: target for source in sources}


TRANSITIONS: Mapping[Event, Mapping[State, State]] = {
    Event.PUSH: _all_to(State.PUSHING, *RESTING, *WORKING),
    Event.FETCH_IMAGE: _all_to(State.FIRST_SYNC, State.PUSHING),
    Event.PULL: _all_to(State.PULLING, State.PUSHING, State.FIRST_SYNC),
    Event.SETTLE: _all_to(State.SETTLING, State.PULLING),
    Event.FINISH: _all_to(State.IDLE, State.SETTLING),
    Event.TRY_SOON: _all_to(State.WAITING, *WORKING, *RESTING),
    Event.LOSE_LINK: _all_to(State.OFFLINE, *WORKING, *RESTING),
    Event.BE_TURNED_AWAY: _all_to(State.BARRED, *WORKING, *RESTING),
    Event.LACK_IDENTITY: _all_to(State.NEEDS_ENROLMENT, *WORKING, *RESTING),
    Event.BE_OUTDATED: _all_to(State.UPGRADE_REQUIRED, *WORKING, *RESTING),
    Event.STOP: _all_to(State.STOPPED, *WORKING, *RESTING, State.STOPPED),
    Event.START: _all_to(State.IDLE, State.STOPPED, *RESTING),
}


class ImpossibleStep(Exception):
    """The engine tried what the table does not allow: a fault of this program."""


def follow(current: State, event: Event) -> State:
    """The state that an event leads to. Raises ImpossibleStep."""
    target = TRANSITIONS[event].get(current)
    if target is None:
        raise ImpossibleStep(f"{event} does not happen while {current}")
    return target


def event_of(error: SyncError, *, tell: bool) -> Event:
    """Where an error leads. ``tell``: a lost link is no longer a blink, people should know."""
    match error:
        case NotEnrolled():
            return Event.LACK_IDENTITY
        case Refused():
            return Event.BE_TURNED_AWAY
        case UpgradeRequired():
            return Event.BE_OUTDATED
        case Offline() if tell:
            return Event.LOSE_LINK
        case _:
            return Event.TRY_SOON


class Wake(StrEnum):
    """Why the engine should look up from its rest."""

    LOCAL_COMMAND = "local_command"
    """Somebody at this desk did something that has to go up."""
    HINT = "hint"
    """The server says that something changed, so it is there."""
    NETWORK_BACK = "network_back"
    """This computer has a network again."""
    ASKED = "asked"
    """A person wants it now."""
    LINK_IN_DOUBT = "link_in_doubt"
    """The live link broke or fell silent: is the server still there?"""


CUT_SHORT: Mapping[State, frozenset[Wake]] = {
    # A doubt is looked into after a moment (see Pace.doubt_s), so that not every desk knocks in the same one.
    State.IDLE: frozenset(Wake) - {Wake.LINK_IN_DOUBT},
    # While the server does not answer, work at the desk must not turn into a knock per command.
    State.WAITING: frozenset({Wake.NETWORK_BACK, Wake.ASKED}),
    State.OFFLINE: frozenset({Wake.NETWORK_BACK, Wake.HINT, Wake.ASKED}),
    State.NEEDS_ENROLMENT: frozenset({Wake.ASKED}),
    State.BARRED: frozenset({Wake.ASKED}),
    State.UPGRADE_REQUIRED: frozenset({Wake.ASKED}),
}
"""What ends a rest before its time. A pause that the server asked for is cut short by nothing (see Engine)."""

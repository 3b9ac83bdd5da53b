"""Which actions the palette offers for a text, the best first, and what was done last before anything is typed."""

from typing import Final

from desktop_app.actions import Action, ActionRegistry

MOST_ACTIONS: Final = 8
# A rank of match_rank up to this means that a person named the action.
_SURE: Final = 1
# Menus whose actions serve the program rather than the warehouse.
_HOUSEKEEPING: Final = frozenset({"", "File", "Edit", "View", "Go", "Link", "Help"})
# What nobody looks for in here, since it is here or at hand.
_NOT_OFFERED: Final = frozenset({"edit.find", "view.menu", "view.next_region"})


class OfferedActions:
    """What can be done now, ranked."""

    def __init__(self, actions: ActionRegistry) -> None:
        self._actions = actions
        self._recent: list[str] = []

    def matching(self, text: str) -> tuple[list[Action], bool]:
        """The actions that answer `text`, best first, and whether the first is surely meant."""
        ranked: list[tuple[int, int, Action]] = []
        for place, action in enumerate(self._actions.available()):
            rank = match_rank(text, action.title) if text else self._commonness(action)
            if rank is not None and action.id not in _NOT_OFFERED:
                ranked.append((rank, place, action))
        ranked.sort(key=lambda each: each[:2])
        found = [action for _rank, _place, action in ranked[:MOST_ACTIONS]]
        return found, bool(ranked) and ranked[0][0] <= _SURE

    def run(self, action_id: str) -> None:
        """Do it, and offer it first the next time."""
        self._recent = [action_id, *(each for each in self._recent if each != action_id)][:MOST_ACTIONS]
        self._actions.trigger(action_id)

    def _commonness(self, action: Action) -> int:
        """Before anything is typed: what was done last, what belongs to this panel, the work, the ways, the rest."""
        if action.id in self._recent:
            return self._recent.index(action.id)
        if action.panel:
            return MOST_ACTIONS
        if action.menu not in _HOUSEKEEPING:
            return MOST_ACTIONS + 1
        return MOST_ACTIONS + (2 if action.menu == "Go" else 3)


def match_rank(text: str, title: str) -> int | None:
    """How well `title` answers `text`, 0 best: its beginning, the beginning of its words, anywhere, in order; None for not."""
    wanted, have = text.lower(), title.lower()
    if have.startswith(wanted):
        return 0
    words = have.replace("&", " ").split()
    parts = wanted.split()
    if all(any(word.startswith(part) for word in words) for part in parts):
        return 1
    if wanted in have:
        return 2
    at = 0
    for letter in wanted.replace(" ", ""):
        at = have.find(letter, at) + 1
        if not at:
            return None
    return 3 if len(wanted) > 2 else None

"""A form's file with something planted in it, named by the codes that people use."""

import copy
import json
from pathlib import Path

REMOVED = object()
NAMES = ("key", "field", "year", "term")


def planted(raw: dict, changes: dict[str, object]) -> dict:
    """A copy of the form with each place set to its value, or taken out.

    A place is a path such as "sections/outcomes/lines/R1/tier"; an item of a list is named by its code or its index.
    """
    raw = copy.deepcopy(raw)
    for place, value in changes.items():
        *parents, last = place.split("/")
        at = raw
        for step in parents:
            at = at[_key(at, step)]
        if value is REMOVED:
            del at[_key(at, last)]
        else:
            at[_key(at, last)] = value
    return raw


def write(raw: dict, folder: Path) -> Path:
    """The form as a file of that folder, under its own key."""
    path = folder / f"{raw['key']}.json"
    path.write_text(json.dumps(raw))
    return path


def _key(at, step: str):
    if isinstance(at, dict):
        return step
    named = {code(item): index for index, item in enumerate(at)}
    return named[step] if step in named else int(step)


def code(item) -> str | None:
    """By which an item of a list of the form is known."""
    return next((item[name] for name in NAMES if name in item), None) if isinstance(item, dict) else None

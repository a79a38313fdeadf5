"""The life of a return: the table of its states and acts, and the one function that runs them."""

from .performing import perform, rehearse
from .table import (
    TRANSITIONS,
    Action,
    Transition,
    as_markdown,
    available_actions,
    meaning,
    opening_action,
    why_not_yet,
)

__all__ = [
    "TRANSITIONS",
    "Action",
    "Transition",
    "as_markdown",
    "available_actions",
    "meaning",
    "opening_action",
    "perform",
    "rehearse",
    "why_not_yet",
]

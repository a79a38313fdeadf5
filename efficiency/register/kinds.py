"""The events of the funding-risk register, as every history knows and tells them."""

import json

from returns import history
from returns.models import Event, Return


def told(return_: Return, event: Event) -> history.Telling:
    """What was done to which risk, as the act worded it."""
    return history.Telling(json.loads(event.detail)["what"], event.old or None, event.new or None)


history.register(Event.Kind.RISK, history.Group("risks", "Risk register"), told)

"""The history of a return: the one way to add to it, to read it, to replay it, and to prove it whole."""

from .events import (
    Head,
    allocation_detail,
    correction_detail,
    decision_detail,
    explained,
    filing_detail,
    head,
    linked,
    of_place,
    of_return,
    place_event,
    record,
    report_copy_detail,
    report_detail,
    to_text,
    version_detail,
)
from .kinds import Group, groups, register
from .proof import also_proves, check
from .remarks import remarks
from .replay import present_cells, present_saves, replay
from .telling import CORRECTED, Telling

__all__ = [
    "CORRECTED",
    "Group",
    "Head",
    "Telling",
    "allocation_detail",
    "also_proves",
    "check",
    "correction_detail",
    "decision_detail",
    "explained",
    "filing_detail",
    "groups",
    "head",
    "linked",
    "of_place",
    "of_return",
    "place_event",
    "present_cells",
    "present_saves",
    "record",
    "register",
    "remarks",
    "replay",
    "report_copy_detail",
    "report_detail",
    "to_text",
    "version_detail",
]

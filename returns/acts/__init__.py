"""What people do to a return: one function an act, each in one transaction that locks the return's row.

Acts that move the return from one state to another are in `lifecycle`.
"""

from .accounts import save_account, save_department
from .allocating import allocate_lines
from .answers import Saved, save_answers
from .base import ActionRefused, NewerThanStored, fresh, lock, lock_council, refuse_newer, who_saved
from .case_studies import add_case_study, remove_case_study
from .correcting import correct_decision, correct_filing
from .merging import Change, Conflict
from .noticing import mark_seen
from .opening import open_return
from .report import (
    ParagraphConflict,
    add_paragraph,
    draw_report_copy,
    edit_paragraph,
    makes_report_copies,
    report_kept,
)
from .restoring import restore_answers
from .review import answerer, ask_question, close_query, place_of, raise_query, reply_to_query
from .signing import (
    Statement,
    prepared_by,
    sign_department,
    sign_figures,
    statement_of,
    void_signatures,
)
from .versions import adopt_version, places_asked_anew

__all__ = [
    "ActionRefused",
    "Change",
    "Conflict",
    "NewerThanStored",
    "ParagraphConflict",
    "Saved",
    "Statement",
    "add_case_study",
    "add_paragraph",
    "adopt_version",
    "allocate_lines",
    "answerer",
    "ask_question",
    "close_query",
    "correct_decision",
    "correct_filing",
    "draw_report_copy",
    "edit_paragraph",
    "fresh",
    "lock",
    "lock_council",
    "mark_seen",
    "makes_report_copies",
    "open_return",
    "place_of",
    "places_asked_anew",
    "prepared_by",
    "raise_query",
    "refuse_newer",
    "remove_case_study",
    "report_kept",
    "reply_to_query",
    "restore_answers",
    "save_account",
    "save_answers",
    "save_department",
    "sign_department",
    "sign_figures",
    "statement_of",
    "void_signatures",
    "who_saved",
]

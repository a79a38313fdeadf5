"""What people do to a return: one function an act, each in one transaction that locks the return's row.

Acts that move the return from one state to another are in `lifecycle`.
"""

from .accounts import save_account
from .allocating import allocate_lines
from .answers import Saved, save_answers
from .base import ActionRefused, NewerThanStored, fresh, lock, refuse_newer, who_saved
from .case_studies import add_case_study, remove_case_study
from .correcting import correct_decision, correct_filing
from .merging import Change, Conflict
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
    "makes_report_copies",
    "place_of",
    "prepared_by",
    "raise_query",
    "refuse_newer",
    "remove_case_study",
    "report_kept",
    "reply_to_query",
    "restore_answers",
    "save_account",
    "save_answers",
    "sign_department",
    "sign_figures",
    "statement_of",
    "void_signatures",
    "who_saved",
]

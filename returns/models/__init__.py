"""The records of the returns app, by subject."""

from .answers import Answer, CaseStudy, Context, Cover, Declaration
from .council import Authority, Department, Role, User
from .decision import Correctable, Correction, Decision, Filing, Version
from .drawing import Drawing
from .notice import Notice
from .report import ReportCopy, ReportParagraph
from .return_ import Allocation, Event, Return
from .review import Query, SentBack, SignOff
from .stored import DamagedCopy
from .unsaved import Unsaved

__all__ = [
    "Allocation",
    "Answer",
    "Authority",
    "CaseStudy",
    "Context",
    "Correctable",
    "Correction",
    "Cover",
    "DamagedCopy",
    "Decision",
    "Declaration",
    "Department",
    "Drawing",
    "Event",
    "Filing",
    "Notice",
    "Query",
    "ReportCopy",
    "ReportParagraph",
    "Return",
    "Role",
    "SentBack",
    "SignOff",
    "Unsaved",
    "User",
    "Version",
]

"""The statement that the head of a department signs on paper."""

from .. import clock
from ..documents.statement import statement_sheet
from .base import DepartmentMixin
from .sheets import SheetDraw


class StatementDraw(DepartmentMixin, SheetDraw):
    """The statement of one department as a PDF; those of all departments are made on the documents page."""

    title = "Department statement"

    @property
    def document(self) -> str:
        return f"statement-{self.department.pk}"

    def sheet(self):
        return statement_sheet(self.return_, [self.department], as_at=clock.now())

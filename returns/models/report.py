"""The covering report, where the clerk's words stand instead of the drafted ones."""

from django.db import models

from ..report import heading_of, own_number
from .return_ import Event, Return


class ReportParagraph(models.Model):
    """One paragraph that was edited or added. The event says by whom and when.

    A blank text means that the draft stands again, or that a paragraph of the clerk's own was removed: the row
    stays, so that its version never begins anew.
    """

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="paragraphs")
    key = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    drafted = models.TextField(
        blank=True, help_text="The draft that it was edited over; none under an own one."
    )
    version = models.PositiveIntegerField(default=0, help_text="Raised by one with each change.")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["return_record", "key"], name="report_paragraph_once"),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """Where it stands, in words: "Considerations"."""
        return heading_of(self.key).title

    @property
    def is_own(self) -> bool:
        return own_number(self.key) is not None

"""Signatures, queries and their replies, and lines that were sent back."""

from django.db import models
from django.db.models import Q

from ..values.address import PlaceAddress
from .council import Department
from .return_ import Event, Return


class OfPlace(models.Model):
    """Base of records about one place of a return: a line, of one department where departments answer."""

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="%(class)ss")
    section = models.CharField(max_length=30)
    line = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def key(self) -> PlaceAddress:
        """The address of the place."""
        return PlaceAddress.of_row(self)


class SignOff(OfPlace):
    """One place is signed. The event says by whom, when, and the digest of what was signed."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "section", "line"],
                condition=Q(department=None),
                name="signoff_once_a_line",
            ),
            models.UniqueConstraint(
                fields=["return_record", "section", "line", "department"],
                condition=Q(department__isnull=False),
                name="signoff_once_a_department",
            ),
        ]

    def __str__(self):
        return f"{self.line or self.section}, signed by {self.event.by}"


class SentBack(OfPlace):
    """One place is open until it is signed again. The event says by whom it was sent back, when and why."""

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="sent_back")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "sent back"
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "section", "line"],
                condition=Q(department=None),
                name="sent_back_once_a_line",
            ),
            models.UniqueConstraint(
                fields=["return_record", "section", "line", "department"],
                condition=Q(department__isnull=False),
                name="sent_back_once_a_department",
            ),
        ]

    def __str__(self):
        return f"{self.line or self.section}, sent back by {self.event.by}"


class Query(OfPlace):
    """A question about one place: the lead's query, which blocks until it is closed, or Cabinet's question."""

    class Kind(models.TextChoices):
        QUERY = "query", "Query"
        QUESTION = "question", "Question from Cabinet"

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="queries")
    number = models.PositiveIntegerField(help_text="Its number in the return, from 1.")
    kind = models.CharField(max_length=10, choices=Kind)
    asked = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    replied = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name_plural = "queries"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["return_record", "number"], name="query_number_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number} on {self.line or self.section}"

    @property
    def is_open(self) -> bool:
        """A query is open until it is closed, a question until it is answered."""
        if self.kind == self.Kind.QUESTION:
            return self.replied_id is None
        return self.closed_id is None

    @property
    def state(self) -> str:
        if self.closed_id:
            return "Closed"
        return "Answered" if self.replied_id else "Waits for a reply"

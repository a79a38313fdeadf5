"""The queue of PDFs to be made."""

import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse

from .. import clock
from .council import User
from .return_ import Return


class Drawing(models.Model):
    """A PDF that somebody requested: its HTML and CSS, its turn in the queue, and the PDF or the problem.

    It is kept for a day. Nothing refers to it, and it proves nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        TAKEN = "taken", "Being drawn"
        DONE = "done", "Ready"
        FAILED = "failed", "Not drawn"

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="drawings")
    document = models.CharField(max_length=20, help_text="Which of the documents, such as “return”.")
    title = models.CharField(max_length=100, help_text="Its name for people.")
    name = models.CharField(max_length=150, help_text="Name of the file, without ending.")
    requested_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drawings")
    requested_at = models.DateTimeField()
    at = models.DateTimeField(help_text="The moment the document speaks of.")
    html = models.TextField()
    css = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    pdf_size = models.PositiveIntegerField(null=True, blank=True, help_text="Bytes of the PDF.")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "tries"], name="drawing_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", pdf__isnull=False) | (~Q(state="done") & Q(pdf__isnull=True)),
                name="drawing_done_has_pdf",
            ),
            models.UniqueConstraint(
                fields=["return_record", "document", "requested_by"],
                condition=Q(state__in=["waiting", "taken"]),
                name="drawing_asked_for_once",
            ),
        ]

    def __str__(self):
        return f"{self.title}, {self.get_state_display()}"

    def get_absolute_url(self):
        return reverse("drawing-detail", args=self._address)

    @property
    def pdf_url(self) -> str:
        return reverse("drawing-pdf", args=self._address)

    @property
    def asked_at(self) -> datetime.datetime:
        """When it was requested, by the clock that pages show."""
        return clock.shown(self.requested_at)

    @property
    def is_open(self) -> bool:
        """Whether it is still waiting or being made."""
        return self.state in (self.State.WAITING, self.State.TAKEN)

    @property
    def _address(self):
        return self.return_record.authority.slug, self.return_record.round, self.pk

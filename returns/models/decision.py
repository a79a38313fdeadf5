"""What was decided about a return, and the copies of it that are kept for ever."""

from __future__ import annotations

import datetime
import logging

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.formats import date_format

from .. import clock
from ..chain import sha256, sha256_of_bytes
from ..entry import within_sentence
from .council import User
from .return_ import Event, Return

logger = logging.getLogger(__name__)


class DamagedCopy(Exception):
    """What is stored of a version does not fit its digest; the message is for whoever asked for it."""


class VersionManager(models.Manager):
    """Versions that know the day of the decision they record."""

    def get_queryset(self):
        """Each version with `decided_on`: the day Cabinet met, of an approved copy; None of any other."""
        decided = Decision.objects.filter(event=OuterRef("event")).values("date")
        return super().get_queryset().annotate(decided_on=Subquery(decided[:1]))


class Version(models.Model):
    """One frozen copy of a return: its answers as canonical data, their digest, and the PDF made of them.

    Written whole in one transaction and never changed: the database refuses it.
    """

    class Kind(models.TextChoices):
        CABINET = "cabinet", "As sent to Cabinet"
        APPROVED = "approved", "As approved by Cabinet"
        AMENDED = "amended", "As amended under delegation"

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Its number in the return, from 1.")
    kind = models.CharField(max_length=10, choices=Kind)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="version_made")
    data = models.TextField(help_text="The answers as canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the data in UTF-8.")
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64, help_text="SHA-256 of the PDF.")
    pdf_size = models.PositiveIntegerField(help_text="Bytes of the PDF.")

    objects = VersionManager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["return_record", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["cabinet", "approved", "amended"]), name="version_kind_known"
            ),
        ]

    def __str__(self):
        return f"Version {self.number}, {self.words}"

    def get_absolute_url(self):
        return reverse("returns:version-detail", args=self._address)

    @property
    def words(self) -> str:
        """What it is, within a sentence: "as sent to Cabinet"."""
        return within_sentence(self.get_kind_display())

    @property
    def day(self) -> datetime.date:
        """The day of what its words say: Cabinet's decision, or the sending or amending. In London."""
        return self.decided_on or clock.day_of(self.event.at)

    @property
    def dated(self) -> str:
        """What it is and since when, within a sentence: "as approved by Cabinet on 2 December 2004"."""
        return f"{self.words} on {date_format(self.day, 'j F Y')}"

    @property
    def called(self) -> str:
        """Its name among the versions of its return: "version 2, as approved by Cabinet on 2 December 2004"."""
        return f"version {self.number}, {self.dated}"

    def stored_pdf(self) -> bytes:
        """Its PDF, compared with the digest that was stored with it. Raises DamagedCopy."""
        body = bytes(self.pdf)
        self._refuse_unless(sha256_of_bytes(body) == self.pdf_digest, "bytes of the PDF")
        return body

    def stored_data(self) -> str:
        """Its data, compared with the digest that was stored with them. Raises DamagedCopy."""
        self._refuse_unless(sha256(self.data) == self.digest, "data")
        return self.data

    def _refuse_unless(self, fits: bool, part: str) -> None:
        if not fits:
            logger.error(
                "Version %s of return %s: the stored %s do not fit the digest stored with it.",
                self.number,
                self.return_record_id,
                part,
            )
            raise DamagedCopy(
                f"The {part} of version {self.number} do not fit the digest that was stored with them. "
                "They have been damaged or changed since, so they are not used."
            )

    @property
    def pdf_url(self) -> str:
        return reverse("returns:version-pdf", args=self._address)

    @property
    def data_url(self) -> str:
        return reverse("returns:version-data", args=self._address)

    @property
    def _address(self) -> list:
        return [self.return_record.authority.slug, self.return_record.round, self.number]

    def file_name(self, ending: str) -> str:
        """What its PDF or its data are called where somebody keeps them."""
        return_ = self.return_record
        return f"{return_.round}-{return_.authority.slug}-{self.kind}-{self.number}.{ending}"

    @property
    def is_approved(self) -> bool:
        return self.kind != self.Kind.CABINET


class Decision(models.Model):
    """What Cabinet decided, and the power it gave to a named person to amend until a date. Never changed."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Approved"
        REFERRED_BACK = "referred_back", "Referred back"

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="decisions")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome)
    date = models.DateField(help_text="The day Cabinet met.")
    minute = models.CharField(max_length=30)
    text = models.TextField()
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    delegated_until = models.DateField(
        null=True, blank=True, help_text="The last day, by London time, on which the delegate may amend."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(delegate=None, delegated_until=None)
                | Q(delegate__isnull=False, delegated_until__isnull=False, outcome="approved"),
                name="decision_delegate_with_date",
                violation_error_message="A delegation names a person and a last day, and goes with approval.",
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()}, {self.date.isoformat()}, minute {self.minute}"


class Filing(models.Model):
    """The return was filed with the department of state: when, under which reference. Never changed."""

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="filings")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    reference = models.CharField(max_length=60)

    def __str__(self):
        return f"Filed {self.date.isoformat()}, reference {self.reference}"

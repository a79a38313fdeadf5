"""Cabinet's decisions on a return, its filing, and its stored versions."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from .. import clock
from ..values import wording
from .council import User
from .return_ import Event, Return
from .stored import StoredCopy


class VersionManager(models.Manager):
    """Versions that know the day of the decision they record."""

    def get_queryset(self):
        """Each version with `decided_on`: the day Cabinet met, of an approved copy; None of any other.

        It is the day as corrected last, which what is stored in the version may not know.
        """
        decided = Decision.objects.filter(event=OuterRef("event")).values("date")
        corrected = (
            Correction.objects.filter(decision__event=OuterRef("event")).order_by("-pk").values("date")
        )
        day = Coalesce(Subquery(corrected[:1]), Subquery(decided[:1]))
        return super().get_queryset().annotate(decided_on=day)


class Version(StoredCopy):
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

    def save(self, *args, **kwargs):
        """Stored, and so the latest of its return, which reads it anew."""
        super().save(*args, **kwargs)
        vars(self.return_record).pop("latest_version", None)

    def get_absolute_url(self):
        return reverse("returns:version-detail", args=self._address)

    @property
    def words(self) -> str:
        """What it is, within a sentence: "as sent to Cabinet"."""
        return wording.within_sentence(self.get_kind_display())

    @property
    def day(self) -> datetime.date:
        """The day of what its words say: Cabinet's decision, or the sending or amending. In London."""
        return self.decided_on or clock.day_of(self.event.at)

    @property
    def dated(self) -> str:
        """What it is and since when, within a sentence: "as approved by Cabinet on 2 December 2004"."""
        return f"{self.words} on {wording.day(self.day)}"

    @property
    def called(self) -> str:
        """Its name among the versions of its return: "version 2, as approved by Cabinet on 2 December 2004"."""
        return f"version {self.number}, {self.dated}"

    @property
    def copy_name(self) -> str:
        return f"version {self.number}"

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
        """The file name of its PDF or its data."""
        return_ = self.return_record
        return f"{return_.round}-{return_.authority.slug}-{self.kind}-{self.number}.{ending}"

    @property
    def is_approved(self) -> bool:
        return self.kind != self.Kind.CABINET

    @property
    def later_corrections(self) -> list[Correction]:
        """The corrections of Cabinet's decision made since the PDF, which prints the decision as it was then."""
        if not self.is_approved:
            return []
        earlier = self.return_record.decisions.filter(event__number__lte=self.event.number)
        return self.corrections_since(earlier.order_by("-pk").first())

    def corrections_since(self, decision: Decision) -> list[Correction]:
        """The corrections of that decision made since the PDF."""
        return [each for each in decision.all_corrections if each.event.number > self.event.number]

    @property
    def report(self):
        """The last edition of the covering report that was kept with it, without its PDF; None where none was."""
        copy = self.report_copies.defer("pdf").select_related("event__by").order_by("-edition").first()
        if copy:
            copy.version, copy.return_record = self, self.return_record
        return copy


class Correctable(models.Model):
    """A record of a day and a number that is never changed, but whose mistakes can be corrected beside it.

    `day` and `number` are what counts: as corrected last, or as recorded.
    """

    class Meta:
        abstract = True

    recorded_number = ""  # the name of the field

    @cached_property
    def all_corrections(self) -> list[Correction]:
        """Every correction in its order, with who made it; read once for each object."""
        return list(self.corrections.select_related("event__by").order_by("pk")) if self.pk else []

    @property
    def day(self):
        return self.all_corrections[-1].date if self.all_corrections else self.date

    @property
    def number(self) -> str:
        if self.all_corrections:
            return self.all_corrections[-1].number
        return getattr(self, self.recorded_number)


class Decision(Correctable):
    """What Cabinet decided, and until when a named person may amend under its delegation. Never changed."""

    recorded_number = "minute"

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


class Filing(Correctable):
    """The return was filed with the department of state: when, under which reference. Never changed."""

    recorded_number = "reference"

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="filings")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    reference = models.CharField(max_length=60)

    def __str__(self):
        return f"Filed {self.date.isoformat()}, reference {self.reference}"


class Correction(models.Model):
    """The day and number that a decision or a filing should have recorded. Never changed; the last one counts.

    Its event says by whom, when and why, and in words what was there before. What was recorded stays, and so do the
    PDFs that print it.
    """

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="corrections")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    filing = models.ForeignKey(
        Filing, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    date = models.DateField()
    number = models.CharField(max_length=60, help_text="The minute number, or the reference of the filing.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision=None, filing__isnull=False) | Q(decision__isnull=False, filing=None),
                name="correction_of_one_record",
                violation_error_message="A correction is of a decision or of a filing.",
            ),
        ]

    def __str__(self):
        return f"Correction: {self.date.isoformat()}, {self.number}"

    @property
    def corrected(self) -> Correctable:
        return self.decision or self.filing

    @property
    def sentence(self) -> str:
        """What was corrected, when, by whom and why: a sentence."""
        event = self.event
        on = wording.day(localtime(event.at))
        return f"Corrected on {on} by {event.by} from {event.old} to {event.new}. Why: {event.reason.rstrip('.')}."

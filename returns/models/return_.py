"""A return, who answers its lines, and its history."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from .. import proforma
from ..proforma import Proforma
from ..values import wording
from .council import Authority, Department, User


class Return(models.Model):
    """One council's return in one round, pinned to the proforma it answers."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "In preparation"
        WITH_CABINET = "with_cabinet", "With Cabinet"
        REFERRED_BACK = "referred_back", "Referred back"
        APPROVED = "approved", "Approved"
        AMENDING = "amending", "Being amended"
        SUBMITTED = "submitted", "Filed"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="returns")
    round = models.SlugField()
    proforma_key = models.SlugField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PREPARING)
    answers_due = models.DateField(help_text="The day by which departments are to have answered.")
    cabinet_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "round"], name="return_once_a_round"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "preparing",
                        "with_cabinet",
                        "referred_back",
                        "approved",
                        "amending",
                        "submitted",
                    ]
                ),
                name="return_status_known",
            ),
        ]

    def __str__(self):
        return f"{self.authority.name}, {self.proforma.round.name}"

    def get_absolute_url(self):
        return reverse("returns:return-detail", args=[self.authority.slug, self.round])

    @property
    def proforma(self) -> proforma.Proforma:
        return proforma.load(self.proforma_key)

    @property
    def newer_proforma(self) -> Proforma | None:
        """The newest version of the round's form, where it is newer than the one that this return answers."""
        newest = proforma.current(self.round)
        return newest if int(newest.version) > int(self.proforma.version) else None

    @property
    def status_words(self) -> str:
        """Its status within a sentence: "the return is with Cabinet"."""
        return wording.within_sentence(self.get_status_display())

    @cached_property
    def decision(self):
        """Cabinet's latest decision, or None; read once for each object."""
        return self.decisions.select_related("event__by", "delegate").order_by("-pk").first()

    @cached_property
    def filing(self):
        """The latest filing with the department of state, or None; read once for each object."""
        return self.filings.select_related("event__by").order_by("-pk").first()

    @cached_property
    def last_move(self):
        """The event that brought it into its present state, or None if it never left preparation; read once."""
        return self.events.filter(kind__in=MOVES).select_related("by").order_by("-number").first()

    @cached_property
    def open_again(self) -> dict:
        """What was sent back, by the keys of the places; read once for each object."""
        return {row.key: row for row in self.sent_back.select_related("event__by")}

    @property
    def delegation(self):
        """The decision under which a named person may amend, while it is Cabinet's latest; or None."""
        return self.decision if self.decision and self.decision.delegate_id else None

    @cached_property
    def latest_version(self):
        """The newest copy, without its data and PDF, or None; read once for each object, anew once one is stored."""
        return self.versions.defer("data", "pdf").select_related("event__by").order_by("-number").first()


class Allocation(models.Model):
    """Who answers a line, for which department, until when; blank until the lead allocates it."""

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="allocations")
    line = models.CharField(max_length=10)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    due = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line"], name="allocation_once_a_line"),
            models.CheckConstraint(
                condition=Q(owner=None, department=None) | Q(owner__isnull=False, department__isnull=False),
                name="allocation_owner_with_department",
                violation_error_message="An owner answers for a department: give both or neither.",
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.owner or 'no owner'}"


class Event(models.Model):
    """One change or act that happened: what it was, what it became, who did it, when and why.

    Only ever added: the database itself refuses to change or delete one. Within a return the events are
    numbered without a gap, and each carries a digest that covers its own content and the digest before.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answer"
        ALLOCATION = "allocation", "Allocation"
        ADDED = "added", "Added"
        REMOVED = "removed", "Removed"
        SIGNED = "signed", "Signed"
        VOIDED = "voided", "Signature cancelled"
        REINSTATED = "reinstated", "Signature restored"
        QUERIED = "queried", "Query raised"
        ASKED = "asked", "Question from Cabinet"
        REPLIED = "replied", "Reply"
        CLOSED = "closed", "Query closed"
        SENT_BACK = "sent_back", "Sent back"
        SENT = "sent", "Sent to Cabinet"
        APPROVED = "approved", "Approved by Cabinet"
        REFERRED = "referred", "Referred back by Cabinet"
        AMENDING = "amending", "Amendment begun"
        AMENDED = "amended", "Amendment finished"
        ABANDONED = "abandoned", "Amendment abandoned"
        SUBMITTED = "submitted", "Filed"
        REOPENED = "reopened", "Reopened"
        CORRECTED = "corrected", "Record corrected"
        STORED = "stored", "Version stored"
        REPORT = "report", "Covering report edited"
        REPORT_KEPT = "report_kept", "Covering report stored"
        RISK = "risk", "Risk register changed"
        FORM = "form", "Newer version of the form adopted"

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField(help_text="Its place in the return's history, from 1.")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    section = models.CharField(max_length=30, blank=True, help_text="Of an act on a place as a whole.")
    table = models.CharField(max_length=30, blank=True, help_text="Of a change to an answer.")
    line = models.CharField(max_length=10, blank=True)
    point = models.CharField(max_length=30, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True)
    field = models.CharField(max_length=30, blank=True)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    detail = models.TextField(blank=True, help_text="What an act recorded, as canonical JSON.")
    version = models.PositiveIntegerField(default=0, help_text="The record's version after this change.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of this event and of the digest before it.")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["return_record", "line", "table"], name="event_by_line")]
        constraints = [models.UniqueConstraint(fields=["return_record", "number"], name="event_number_once")]

    def __str__(self):
        return f"{self.number}. {self.line or self.section or self.table} {self.field} by {self.by}"


# The kinds of events that move a return from one state to another, each with the state it leads to. The table of the
# lifecycle says from which states and on what conditions.
MOVES = {
    Event.Kind.SENT: Return.Status.WITH_CABINET,
    Event.Kind.APPROVED: Return.Status.APPROVED,
    Event.Kind.REFERRED: Return.Status.REFERRED_BACK,
    Event.Kind.AMENDING: Return.Status.AMENDING,
    Event.Kind.AMENDED: Return.Status.APPROVED,
    Event.Kind.ABANDONED: Return.Status.APPROVED,
    Event.Kind.SUBMITTED: Return.Status.SUBMITTED,
    Event.Kind.REOPENED: Return.Status.REFERRED_BACK,
}

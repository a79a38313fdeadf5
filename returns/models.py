"""Councils, people, returns, and the answers of the sections that have no app of their own."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from . import proforma


class Role(models.TextChoices):
    """What a person may do; each role is a group of that name."""

    OFFICER = "officer", "Officer"
    HEAD = "head", "Head of department"
    LEAD = "lead", "E-government lead"
    FINANCE = "finance", "Section 151 officer"
    CLERK = "clerk", "Clerk"
    CABINET = "cabinet", "Cabinet member"
    ADMINISTRATOR = "administrator", "Administrator"


class Authority(models.Model):
    """A council; everything else belongs to exactly one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, help_text="Type of council, as the proforma names it.")
    accent = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")], default="#0b5369")
    accent_deep = models.CharField(
        max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")], default="#063747"
    )

    class Meta:
        verbose_name_plural = "authorities"
        ordering = ["name"]

    def __str__(self):
        return self.name


class Department(models.Model):
    """A part of the council that answers lines and contributes figures."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="departments")
    slug = models.SlugField()
    name = models.CharField(max_length=120)
    contributor = models.ForeignKey(
        "User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributes_for",
        help_text="The one person who brings this department's figures and case studies.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "slug"], name="department_once_a_council")
        ]

    def __str__(self):
        return self.name


class User(AbstractUser):
    """A person of one council. Roles are groups; several roles and departments may be held at once."""

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    job_title = models.CharField(max_length=120, blank=True)
    departments = models.ManyToManyField(Department, blank=True, related_name="people")

    def __str__(self):
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(group.name for group in self.groups.all())

    @cached_property
    def department_ids(self) -> frozenset[int]:
        return frozenset(department.pk for department in self.departments.all())


class Return(models.Model):
    """One council's return in one round, pinned to the proforma it answers."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "In preparation"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="returns")
    round = models.SlugField()
    proforma_key = models.SlugField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PREPARING)
    answers_due = models.DateField(help_text="The day by which departments are to have answered.")
    cabinet_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "round"], name="return_once_a_round"),
            models.CheckConstraint(condition=Q(status__in=["preparing"]), name="return_status_known"),
        ]

    def __str__(self):
        return f"{self.authority.name}, {self.proforma.round.name}"

    def get_absolute_url(self):
        return reverse("returns:return-detail", args=[self.authority.slug, self.round])

    @property
    def proforma(self) -> proforma.Proforma:
        return proforma.load(self.proforma_key)


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
    """One change that happened: what it was, what it became, who did it, when. Only ever added."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answer"
        ALLOCATION = "allocation", "Allocation"
        ADDED = "added", "Added"
        REMOVED = "removed", "Removed"

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    table = models.CharField(max_length=30, blank=True)
    line = models.CharField(max_length=10, blank=True)
    point = models.CharField(max_length=30, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True)
    field = models.CharField(max_length=30, blank=True)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0, help_text="The record's version after this change.")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["return_record", "line", "table"], name="event_by_line")]

    def __str__(self):
        return f"{self.line or self.table} {self.field} by {self.by}"


class Answer(models.Model):
    """What every record of answers has: its return, and a version that each change raises by one."""

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Cover(Answer):
    """Section 0: who answers for the return."""

    contact_name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(max_length=120, blank=True)
    telephone = models.CharField(
        max_length=30,
        blank=True,
        validators=[
            RegexValidator(r"^[0-9+() -]{6,30}$", "Type digits and spaces only, such as 01632 960101.")
        ],
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["return_record"], name="cover_once")]

    def __str__(self):
        return f"Cover of {self.return_record}"

    @property
    def authority_name(self):
        return self.return_record.authority.name

    @property
    def submitted_on(self):
        """The date of filing; there is none while the return is prepared."""
        return None


class Context(Answer):
    """Section 1: the council and its area, in words."""

    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["return_record"], name="context_once")]

    def __str__(self):
        return f"Local context of {self.return_record}"


class Declaration(Answer):
    """What is said of a line of figures as a whole: that there is none and why, or how it was worked out."""

    line = models.CharField(max_length=10)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True)
    nil = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    basis = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "line"],
                condition=Q(department=None),
                name="declaration_once_a_line",
            ),
            models.UniqueConstraint(
                fields=["return_record", "line", "department"],
                condition=Q(department__isnull=False),
                name="declaration_once_a_department",
            ),
            models.CheckConstraint(
                condition=Q(nil=True) & ~Q(reason="") | Q(nil=False, reason=""),
                name="declaration_nil_with_reason",
                violation_error_message="Tick “We have none” and say why, or leave both blank.",
            ),
        ]

    def __str__(self):
        return f"{self.line}{f', {self.department}' if self.department_id else ''}"

    @property
    def applies(self) -> bool:
        return not self.nil

    def clean(self):
        if self.nil and not self.reason:
            raise ValidationError(
                {"reason": "Say in a sentence why there is none, or untick “We have none”."}
            )
        if self.reason and not self.nil:
            raise ValidationError({"nil": "A reason is given: tick “We have none”, or clear the reason."})


class CaseStudy(Answer):
    """Section 8: one local story, brought by a department."""

    line = models.CharField(max_length=10)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["return_record", "line"], name="case_study_once")]
        ordering = ["pk"]

    def __str__(self):
        return self.title or self.line

    @property
    def department_name(self):
        return self.department.name

"""The answers of the sections that have no app of their own."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from .council import Department
from .return_ import Return


class Answer(models.Model):
    """Base of all records of answers: its return, and a version that each change raises by one."""

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
        """The date of filing; None before it, and None once the return is open again."""
        filing = self.return_record.filing
        return filing.day if filing and self.return_record.status == Return.Status.SUBMITTED else None


class Context(Answer):
    """Section 1: the council and its area, in words."""

    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["return_record"], name="context_once")]

    def __str__(self):
        return f"Local context of {self.return_record}"


class Declaration(Answer):
    """A line of figures as a whole: that there is none and why, or how the figures were calculated."""

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
    """Section 8: one case study of a department."""

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

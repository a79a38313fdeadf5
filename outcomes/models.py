"""Answers to the priority outcomes, change management, BVPI 157 and channel take-up."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from returns.models import Answer, Department
from returns.values.sums import percent_of


def starting_applicability(line, return_) -> str:
    """What the proforma expects of this line for this type of council."""
    tier = return_.proforma.tier_of(line)
    expected = line.is_function_of(return_.authority.kind) and (tier is None or tier.mandatory)
    return Outcome.Applicability.APPLIES if expected else Outcome.Applicability.NOT_APPLICABLE


class Outcome(Answer):
    """An outcome or a change line as a whole: whether it applies, why not, and the comment."""

    class Applicability(models.TextChoices):
        APPLIES = "applies", "It applies"
        NOT_APPLICABLE = "not_applicable", "It does not apply"

    line = models.CharField(max_length=10)
    applicability = models.CharField(max_length=20, choices=Applicability, default=Applicability.APPLIES)
    reason = models.TextField(blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line"], name="outcome_once"),
            models.CheckConstraint(
                condition=Q(applicability__in=["applies", "not_applicable"]),
                name="outcome_applicability_known",
            ),
        ]

    def __str__(self):
        return self.line

    @property
    def applies(self) -> bool:
        return self.applicability == self.Applicability.APPLIES

    @staticmethod
    def starting_values(line, return_) -> dict:
        """Whether the line applies at first: not if it is a stretch outcome or not a function of this council."""
        return {"applicability": starting_applicability(line, return_)}

    def clean(self):
        """A reason is needed where the answer differs from what the proforma expects, except to adopt an outcome."""
        section = self.return_record.proforma.by_tier
        line = section and section.lines_by_key.get(self.line)
        if line is None or self.reason:
            return
        tier = self.return_record.proforma.tier_of(line)
        expected = starting_applicability(line, self.return_record)
        if self.applicability != expected and not (self.applies and not tier.mandatory):
            raise ValidationError(
                {"reason": "The proforma expects otherwise of this type of council. Say why in a sentence."}
            )


class OutcomeStatus(Answer):
    """The rating of an outcome or a change line at one reporting date."""

    class Light(models.TextChoices):
        RED = "R", "Red"
        AMBER = "A", "Amber"
        GREEN = "G", "Green"

    line = models.CharField(max_length=10)
    point = models.CharField(max_length=30)
    light = models.CharField(max_length=1, choices=Light, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line", "point"], name="light_once"),
            models.CheckConstraint(condition=Q(light__in=["", "R", "A", "G"]), name="light_known"),
        ]

    def __str__(self):
        return f"{self.line} at {self.point}"


class InteractionCount(Answer):
    """BVPI 157: types of interaction one department may, and can, deliver electronically."""

    line = models.CharField(max_length=10)
    point = models.CharField(max_length=30)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    permissible = models.PositiveIntegerField(null=True, blank=True)
    enabled = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "department", "line", "point"], name="interaction_count_once"
            ),
            models.CheckConstraint(
                condition=Q(permissible=None) | Q(enabled=None) | Q(enabled__lte=F("permissible")),
                name="interaction_enabled_within_permissible",
                violation_error_message="Enabled is more than permissible. Check both figures.",
            ),
        ]

    def __str__(self):
        return f"{self.line} at {self.point}, {self.department}"

    def clean(self):
        if None not in (self.permissible, self.enabled) and self.enabled > self.permissible:
            raise ValidationError(
                {
                    "enabled": f"Enabled ({self.enabled:,}) is more than permissible "
                    f"({self.permissible:,}). Check both figures with the department."
                }
            )

    @property
    def percent(self):
        return percent_of(self.enabled, self.permissible)


class ChannelCount(Answer):
    """Use of one access channel in one year."""

    line = models.CharField(max_length=10)
    point = models.CharField(max_length=30)
    number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line", "point"], name="channel_count_once")
        ]

    def __str__(self):
        return f"{self.line} in {self.point}"

"""Money: programme resources and efficiency gains, in thousands of pounds; and the register of funding risks."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from returns.models import Answer, Department, Event, Return


class ThousandPounds(models.DecimalField):
    """Money in thousands of pounds, to the nearest hundred pounds, never negative."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_digits": 10, "decimal_places": 1, "null": True, "blank": True} | kwargs)


class Resource(Answer):
    """Money from one source for the programme in one year."""

    line = models.CharField(max_length=10)
    point = models.CharField(max_length=30)
    amount = ThousandPounds()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line", "point"], name="resource_once"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="resource_not_negative"),
        ]

    def __str__(self):
        return f"{self.line} in {self.point}"


class Gain(Answer):
    """Gains of one department on one line in one year, forecast or actual."""

    line = models.CharField(max_length=10)
    point = models.CharField(max_length=30)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    cashable = ThousandPounds()
    non_cashable = ThousandPounds()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "department", "line", "point"], name="gain_once"
            ),
            models.CheckConstraint(
                condition=Q(cashable=None) | Q(cashable__gte=0), name="gain_cashable_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(non_cashable=None) | Q(non_cashable__gte=0),
                name="gain_non_cashable_not_negative",
            ),
        ]

    def __str__(self):
        return f"{self.line} in {self.point}, {self.department}"


class EfficiencyNote(Answer):
    """The baseline spend from which the target is calculated, and a note on the figures."""

    baseline_spend = ThousandPounds()
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_record"], name="efficiency_note_once"),
            models.CheckConstraint(
                condition=Q(baseline_spend=None) | Q(baseline_spend__gt=0), name="baseline_spend_positive"
            ),
        ]

    def __str__(self):
        return f"Efficiency note of {self.return_record}"


class Risk(models.Model):
    """What may cost the council money or a date, who sponsors the action, and what the action is.

    The register is the council's own: no part of the return, of what Cabinet approves or of what is filed.
    The events say who added or closed a risk, when and why.
    """

    class Likelihood(models.IntegerChoices):
        RARE = 1, "Rare"
        UNLIKELY = 2, "Unlikely"
        POSSIBLE = 3, "Possible"
        LIKELY = 4, "Likely"
        ALMOST_CERTAIN = 5, "Almost certain"

    class Impact(models.IntegerChoices):
        SLIGHT = 1, "Slight"
        MINOR = 2, "Minor"
        MODERATE = 3, "Moderate"
        SERIOUS = 4, "Serious"
        SEVERE = 5, "Severe"

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="risks")
    number = models.PositiveIntegerField(help_text="Its number in the register, from 1, never given twice.")
    title = models.CharField(max_length=120)
    cause = models.TextField()
    likelihood = models.PositiveSmallIntegerField(choices=Likelihood)
    impact = models.PositiveSmallIntegerField(choices=Impact)
    money_exposed = models.DecimalField(
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="In pounds. Blank: not put in money; nought: no money hangs on it.",
    )
    member_sponsor = models.CharField(max_length=120, blank=True)
    executive_sponsor = models.CharField(max_length=120, blank=True)
    action = models.TextField(blank=True)
    due = models.DateField(null=True, blank=True, help_text="The day by which the action is done.")
    version = models.PositiveIntegerField(default=1, help_text="Each change raises it by one.")
    source = models.SlugField(blank=True, help_text="The proposal it was accepted from, or blank.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of the data under that proposal when it was accepted or closed."
    )
    added = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    closed = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["return_record", "number"], name="risk_number_once"),
            models.UniqueConstraint(
                fields=["return_record", "source", "fingerprint"],
                condition=Q(closed=None) & ~Q(source=""),
                name="risk_accepted_once",
            ),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5), name="risk_likelihood_1_to_5"
            ),
            models.CheckConstraint(condition=Q(impact__gte=1, impact__lte=5), name="risk_impact_1_to_5"),
            models.CheckConstraint(
                condition=Q(money_exposed=None) | Q(money_exposed__gte=0), name="risk_money_not_negative"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="risk_titled"),
        ]

    def __str__(self):
        return f"Risk {self.number}: {self.title}"

    def get_absolute_url(self):
        return reverse(
            "efficiency:risk-detail",
            args=[self.return_record.authority.slug, self.return_record.round, self.number],
        )

    @property
    def is_open(self) -> bool:
        return self.closed_id is None

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 25."""
        return self.likelihood * self.impact

    @property
    def band(self) -> str:
        """The score in a word: high from 15, medium from 8, low below."""
        return band_of(self.score)

    @property
    def codes(self) -> list[str]:
        """The priority outcomes it touches, in the order they were linked."""
        return [row.line for row in self.lines.all()]


def band_of(score: int) -> str:
    return "high" if score >= 15 else "medium" if score >= 8 else "low"


class RiskLine(models.Model):
    """One priority outcome that a risk touches."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="lines")
    line = models.CharField(max_length=10)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["risk", "line"], name="risk_line_once")]

    def __str__(self):
        return f"{self.line} under risk {self.risk_id}"


class Dismissal(models.Model):
    """A suggested risk that was dismissed. The event says by whom, when and why.

    It holds for the answers as they were: with another fingerprint the risk is suggested again.
    """

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="dismissals")
    source = models.SlugField()
    fingerprint = models.CharField(max_length=64)
    title = models.CharField(max_length=120, help_text="What was proposed, in the words of that day.")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["return_record", "source", "fingerprint"], name="dismissed_once_for_the_data"
            )
        ]

    def __str__(self):
        return f"{self.title}, dismissed"

"""Money: programme resources and efficiency gains, in thousands of pounds."""

from django.db import models
from django.db.models import Q

from returns.models import Answer, Department


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
    """The spend from which the target is reckoned, and what the reader should know of the figures."""

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

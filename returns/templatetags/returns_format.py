"""How figures and addresses are written on pages and in documents."""

from decimal import Decimal

from django import template
from django.utils import timezone

from .. import clock

register = template.Library()


@register.filter
def figure(value) -> str:
    """1234 as 1,234; a sum in £ thousand without a decimal place where it is nought; blank as nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:,}"


@register.filter
def moment(value) -> str:
    """A moment in London: 8 December 2004, 9:40am."""
    local = timezone.localtime(value)
    return f"{local:%-d %B %Y, %-I:%M}{local:%p}".replace("AM", "am").replace("PM", "pm")


@register.filter
def waiting(value) -> str:
    """How long something has waited since that moment, in days: "5 days waiting"; nothing on the first day."""
    days = (clock.today() - clock.day_of(value)).days
    return f"{days} day{'' if days == 1 else 's'} waiting" if days > 0 else ""

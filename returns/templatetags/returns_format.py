"""How dates and figures are written on pages and in documents: `returns.values.wording` as filters."""

from django import template

from ..values import wording

register = template.Library()
register.filter("figure", wording.figure)
register.filter("moment", wording.moment)
register.filter("waiting", wording.days_waiting)

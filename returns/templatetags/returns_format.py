"""How dates and figures are written on pages and in documents: `returns.values.wording` as filters."""

from django import template

from ..values import wording

register = template.Library()
register.filter("figure", wording.figure)
register.filter("moment", wording.moment)
register.filter("day", wording.day, expects_localtime=True)
register.filter("short_day", wording.short_day, expects_localtime=True)
register.filter("weekday", wording.weekday, expects_localtime=True)
register.filter("waiting", wording.days_waiting)

"""Replaces Django's `csrf_token` tag in every template, so that every form can be given back when refused."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from returns.forms.unsaved import writer_token

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context) -> SafeString:
    """The hidden fields of a form that is posted: Django's token, and a token of its writer and page."""
    request = getattr(context, "request", None) or context.get("request")
    token = context.get("csrf_token")
    # Without a request, as in a document, there is nothing to post.
    if request is None or not token or token == "NOTPROVIDED":  # noqa: S105
        return SafeString()
    html = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    if writer := writer_token(request):
        html += format_html('<input type="hidden" name="writer" value="{}">', writer)
    return html

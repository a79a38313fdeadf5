"""Where the page of a section is: the list of its lines, or a page that another app has for what it keeps."""

from django.urls import reverse

from ..models import Return
from ..proforma import Proforma, Section

# By model in lower case: the name of the page that shows the section with a table on it.
_OWN: dict[str, str] = {}


def shows(model: str, url_name: str) -> None:
    """Sections with a table on that model have the page of that name, which takes council and round."""
    _OWN[model.lower()] = url_name


def has_own_page(section: Section) -> bool:
    return any(model in _OWN for model in section.models)


def own_pages(proforma: Proforma) -> list[tuple[Section, str]]:
    """The sections that have a page of another app, each with the name of that page, for the menu."""
    return [
        (section, _OWN[model]) for section in proforma.sections for model in section.models if model in _OWN
    ]


def section_url(return_: Return, section: Section) -> str:
    address = [return_.authority.slug, return_.round]
    for model in section.models:
        if model in _OWN:
            return reverse(_OWN[model], args=address)
    return reverse("returns:section-detail", args=[*address, section.key])

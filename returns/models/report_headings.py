"""The order of the covering report that Cabinet reads with the return, and how its paragraphs are named."""

import re
from dataclasses import dataclass

MAX_WORDS = 400


@dataclass(frozen=True)
class Heading:
    """One heading of the report. Under a numbered one the clerk may add paragraphs."""

    key: str
    title: str
    numbered: bool = False


# Title, responsibility, CABINET and date come above these; councils' standing orders fix the order of all.
RESPONSIBILITY = Heading("responsibility", "Programme area responsibility")
HEADINGS = (
    Heading("wards", "Wards Affected"),
    Heading("purpose", "Purpose"),
    Heading("key-decision", "Key Decision"),
    Heading("recommendation", "Recommendation"),
    Heading("reasons", "Reasons"),
    Heading("considerations", "Considerations", numbered=True),
    Heading("risks", "Risk Management", numbered=True),
    Heading("consultees", "Consultees"),
    Heading("background", "Background Papers"),
)
BY_KEY = {heading.key: heading for heading in (RESPONSIBILITY, *HEADINGS)}

OWN = re.compile(r"([a-z-]+)--own-(\d{1,4})", re.ASCII)


def heading_of(paragraph: str) -> Heading | None:
    """The heading of a paragraph with that key; None where there is no such heading."""
    return BY_KEY.get(paragraph.split("--")[0])


def own_key(heading: Heading, number: int) -> str:
    """The key of the clerk's own paragraph of that number."""
    return f"{heading.key}--own-{number}"


def own_number(paragraph: str) -> int | None:
    """The number of a paragraph the clerk added, from 1 under each heading; None for a drafted one."""
    found = OWN.fullmatch(paragraph)
    return int(found[2]) if found else None

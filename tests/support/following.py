"""A person's way through the pages: every link followed, every button pressed as a browser would press it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from django.test import Client
from django.urls import resolve
from lxml import html

from returns.models import Allocation, SentBack
from tests.support.staging import undone

# What a button may lead to: the next page, or the same page asking for what isn't filled in yet.
ACCEPTED = (200, 422)


@dataclass
class Way:
    """Where one person can get by links alone, each kind of page opened once.

    A link is judged by the first page of its kind.
    """

    client: Client
    kind_of: Callable[[str], tuple]
    answers: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, set[str]] = field(default_factory=dict)
    forms: dict[str, set[str]] = field(default_factory=dict)
    first: dict[tuple, str] = field(default_factory=dict)
    links: set[tuple[str, str, str]] = field(default_factory=set)
    to_do: set[tuple[str, str]] = field(default_factory=set)
    buttons: dict[tuple, tuple] = field(default_factory=dict)

    def follow(self, start: str = "/") -> None:
        waiting = [start]
        while waiting:
            address = waiting.pop(0)
            if address in self.answers:
                continue
            for page, link, is_button in self._open(address):
                target, anchor = urldefrag(link)
                kind = self.kind_of(target)
                if is_button:
                    kind = *kind, "to do something"
                    self.to_do.add((page, self.first.setdefault(kind, target)))
                # An anchor is looked for on the very page it is of, once for each kind of page that has the link.
                if anchor and (kind_name(page), kind) not in self.first:
                    self.first[kind_name(page), kind] = target
                    waiting.append(target)
                self.links.add((page, self.first.setdefault(kind, target), ""))
                waiting.append(self.first[kind])
                if anchor and self.first[kind_name(page), kind] == target:
                    self.links.add((page, target, anchor))

    def _open(self, address: str) -> Iterator[tuple[str, str, bool]]:
        """The page is opened and remembered; gives its address and each link, with whether it promises an act."""
        response = self.client.get(address, follow=True)
        self.answers[address] = str(response.status_code)
        at = response.redirect_chain[-1][0] if response.redirect_chain else address
        at = urljoin(address, at)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            return
        tree = html.document_fromstring(response.content)
        self.anchors[address] = set(tree.xpath("//@id"))
        for link in tree.xpath("//a[@href]"):
            if not urlsplit(link.get("href")).scheme:
                target = urljoin(at, link.get("href"))
                yield at, target, promises(target, is_button="govuk-button" in link.get("class", "").split())
        for form in tree.forms:
            action = urljoin(at, form.action or "")
            values = [(name, value) for name, value in form.form_values() if name != "csrfmiddlewaretoken"]
            if form.method == "GET":
                yield at, f"{action.split('?')[0]}?{urlencode(values)}", False
                continue
            self.forms.setdefault(address, set()).add(urlsplit(action).path)
            for button in form.xpath(".//button[not(@type) or @type='submit'] | .//input[@type='submit']"):
                name = button.get("name")
                key = (self.kind_of(action), name)
                pressed = [(name, button.get("value", ""))] if name else []
                self.buttons.setdefault(key, (at, action, values + pressed))

    def refused_links(self) -> set[str]:
        """Each link that leads to a refusal: the kind of page that it is on, where it leads, and what comes."""
        found = set()
        for page, target, anchor in self.links:
            if self.answers[target] != "200":
                found.add(f"{kind_name(page)} -> {kind_name(target)}: {self.answers[target]}")
            elif anchor and anchor not in self.anchors.get(target, ()):
                found.add(f"{kind_name(page)} -> {kind_name(target)}: no #{anchor}")
        for page, target in self.to_do:
            if self.answers[target] == "200" and urlsplit(target).path not in self.forms.get(target, ()):
                found.add(f"{kind_name(page)} -> {kind_name(target)}: nothing to do there")
        return found

    def refused_buttons(self, after: Callable[[], None]) -> set[str]:
        """Each button pressed with what the form holds when it is opened; what it does is taken back."""
        found = set()
        for page, action, values in self.buttons.values():
            cookies = self.client.cookies.copy()
            with undone():
                response = self.client.post(
                    action,
                    urlencode(values),
                    content_type="application/x-www-form-urlencoded",
                    follow=True,
                )
            self.client.cookies = cookies
            after()
            if response.status_code not in ACCEPTED:
                found.add(f"{kind_name(page)} -> press {kind_name(action)}: {response.status_code}")
        return found


# Pages on which something is done, by a form of their own.
DOING = ("returns:section-answer", "returns:line-answer", "returns:department-sign", "returns:figures-sign")
ACTING = ("returns:act-perform", "returns:query-create", "returns:case-remove", "report-edit", "report-add")


def promises(address: str, *, is_button: bool) -> bool:
    """Whether whoever follows this link means to do something there: any link to an act, a button to an answer."""
    name = resolve(urlsplit(address).path).view_name
    return name in ACTING or (is_button and name in DOING)


def kind_name(address: str) -> str:
    """The name of the page at that address, with the section, act or document that it is of."""
    match = resolve(urlsplit(address).path)
    parts = [
        match.view_name,
        *(match.kwargs[k] for k in ("section", "action", "document") if k in match.kwargs),
    ]
    return " ".join(parts)


def kinds(user) -> Callable[[str], tuple]:
    """How pages are told apart for one person: by name, section, act, and whether they are of their own department.

    A line is of the department that answers it; it is also told apart where it is the person's own, where it was
    sent back, and where a department contributes to it.
    """
    own = set(user.departments.values_list("slug", flat=True))
    of_council = {"return_record__authority": user.authority}
    answered = {
        row.line: (row.department is not None and row.department.slug in own, row.owner_id == user.pk)
        for row in Allocation.objects.filter(**of_council).select_related("department")
    }
    sent_back = {(row.line, row.department_id) for row in SentBack.objects.filter(**of_council)}
    ids = dict(user.authority.departments.values_list("slug", "pk"))

    def kind(address: str) -> tuple:
        parts = urlsplit(address)
        match = resolve(parts.path)
        query = dict(parse_qsl(parts.query))
        given = match.kwargs | query
        line, department = given.get("line", ""), given.get("department")
        whose = department in own if department else answered.get(line)
        again = (line, ids.get(department)) in sent_back
        named = tuple(given.get(name, "") for name in ("section", "action", "document", "kind"))
        return match.view_name, named, bool(department), whose, again, tuple(sorted(query))

    return kind

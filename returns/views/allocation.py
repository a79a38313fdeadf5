"""Allocation of lines to owners with a due date, many at once; lines without an owner come first."""

import datetime

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ..acts import ActionRefused, allocate_lines
from ..answers.reader import read
from ..forms import unsaved
from ..forms.answers import PageForm, form_helper
from ..lifecycle.forms import DATES
from ..models import User
from ..rules import access, refusals
from ..values import wording
from .base import ReturnMixin, adopt_url, given_back


class AllocationForm(PageForm):
    """Some lines, one owner in one of their departments, one date."""

    lines = forms.MultipleChoiceField(
        label="Lines",
        error_messages={
            "required": "No line is ticked. Tick at least one.",
            "invalid_choice": "There is no line %(value)s in this return.",
        },
    )
    owner = forms.ChoiceField(
        label="Owner",
        error_messages={"required": "Choose the owner.", "invalid_choice": "Choose an owner from the list."},
    )
    due = forms.DateField(
        label="Answer due",
        input_formats=DATES,
        error_messages={
            "required": "Give the date by which the lines must be answered, such as 30 November 2004.",
            "invalid": "This isn’t a date. Type it like 30 November 2004 or 30/11/2004.",
        },
    )

    def __init__(self, return_, *args, **kwargs):
        self.return_ = return_
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [(key, key) for key in return_.proforma.allocated_lines]
        self.people = {
            f"{person.username}@{department.slug}": (person, department)
            for person in User.objects.filter(
                authority=return_.authority,
                is_active=True,
                groups__name__in=access.ANSWERING | {"lead"},
            )
            .distinct()
            .order_by("last_name", "first_name")
            .prefetch_related("departments")
            for department in person.departments.all()
        }
        self.fields["owner"].choices = [("", "Choose a person")] + [
            (key, f"{person}, {department}") for key, (person, department) in self.people.items()
        ]
        self.helper = form_helper()

    @staticmethod
    def said(name: str, value: str, authority) -> str:
        """The chosen owner, in words; empty for anything else."""
        username, _, slug = value.partition("@")
        if name != "owner" or not slug or not value.isprintable():
            return ""
        person = User.objects.filter(authority=authority, username=username).first()
        department = authority.departments.filter(slug=slug).first()
        return f"{person}, {department}" if person and department else ""

    def clean_owner(self):
        return self.people[self.cleaned_data["owner"]]

    def clean_due(self):
        due = self.cleaned_data["due"]
        deadline = self.return_.proforma.round.deadline
        if not deadline - datetime.timedelta(days=365) <= due <= deadline:
            raise forms.ValidationError(
                f"The date must be within the year before the filing date, {wording.day(deadline)}."
            )
        return due


class AllocationView(ReturnMixin, TemplateView):
    """Every line that one named person answers, with its owner."""

    template_name = "returns/allocation.html"
    form_title = "Allocation"
    form_class = AllocationForm

    def _may_allocate(self) -> bool:
        return access.can_allocate(self.request.user, self.return_)

    def allowed(self) -> bool:
        if self.request.method == "POST":
            return self._may_allocate()
        return access.can_open_allocation(self.request.user, self.return_)

    def post(self, request, *args, **kwargs):
        form = AllocationForm(self.return_, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        owner, department = form.cleaned_data["owner"]
        signed = _signed(self.return_)
        try:
            changed = allocate_lines(
                return_=self.return_,
                by=request.user,
                lines=form.cleaned_data["lines"],
                owner=owner,
                department=department,
                due=form.cleaned_data["due"],
            )
        except ActionRefused as refusal:
            form.add_error("owner", str(refusal))
            return given_back(self.render_to_response(self.get_context_data(form=form), status=409))
        lines, are = wording.counted(changed, "line"), wording.noun(changed, "is", "are")
        told = f"{lines} {are} now with {owner}, {department}."
        if void := signed - _signed(self.return_):
            told += f" Signatures on {wording.listed_codes(sorted(void))} are cancelled, and the signers are told."
        messages.success(request, told)
        return redirect(unsaved.address_of(request))

    def get_context_data(self, form=None, **kwargs):
        row = unsaved.find(self.request) if form is None and self._may_allocate() else None
        initial = {"due": f"{wording.day(self.return_.answers_due)}"}
        form = form or AllocationForm(self.return_, row and row.posted, initial=initial)
        answers = read(self.return_)
        rows = self._rows(answers, set(form["lines"].value() or []))
        every = [
            (answers.allocations[key], answers.applies(answers.place(section.key, key)))
            for key, (section, _) in self.return_.proforma.allocated_lines.items()
        ]
        can_allocate = self._may_allocate()
        return super().get_context_data(**kwargs) | {
            "form": form,
            "kept": row is not None,
            "can_allocate": can_allocate,
            "locked": "" if can_allocate else refusals.why_locked(self.return_),
            "errors": form.problems,
            "rows": rows,
            "unowned": [row for row in rows if row["allocation"].owner is None and not row["outside"]],
            "owned": [row for row in rows if row["allocation"].owner],
            "outside": [row for row in rows if row["allocation"].owner is None and row["outside"]],
            "blocking": sum(allocation.owner is None and applies for allocation, applies in every),
            "total": len(every),
            "any_signed": any(row["signed"] for row in rows),
            "sections": [s for s in self.return_.proforma.sections if s.answered_by == "owner"],
            "areas": self.return_.proforma.by_tier.groups if self.return_.proforma.by_tier else (),
            "chosen": self._chosen(),
        }

    def _chosen(self) -> dict:
        """The filter: section, area and tier, each a key or nothing."""
        return {name: self.request.GET.get(name, "") for name in ("section", "area", "tier")}

    def _rows(self, answers, ticked: set) -> list[dict]:
        """The lines of the filter, each with its owner."""
        chosen, proforma = self._chosen(), self.return_.proforma
        sections = proforma.section_by_key
        rows = []
        for key, (section, line) in proforma.allocated_lines.items():
            if (
                (chosen["section"] in sections and section.key != chosen["section"])
                or chosen["area"] not in ("", line.group)
                or chosen["tier"] not in ("", line.tier)
            ):
                continue
            place = answers.place(section.key, key)
            rows.append(
                {
                    "place": place,
                    "group": next((group for group in section.groups if group.key == line.group), None),
                    "tier": proforma.tier_of(line),
                    "allocation": answers.allocations[key],
                    "outside": answers.outside(place),
                    "adopt": adopt_url(self.request.user, answers, place),
                    "ticked": key in ticked,
                    "signed": answers.signed.get(place.key),
                }
            )
        return rows


def _signed(return_) -> set[str]:
    return set(return_.signoffs.filter(department=None).values_list("line", flat=True))

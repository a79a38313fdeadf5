"""Who has signed what, and the statement that is signed."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ..acts import ActionRefused, prepared_by, sign_department, sign_figures, statement_of
from ..answers.reader import read
from ..checks.completeness import assess
from ..lifecycle import opening_action
from ..models import Event, Role
from ..rules import access, refusals
from ..values import wording
from ..values.address import PlaceAddress
from ..work.since_signed import changed_since_signed
from .base import DepartmentMixin, Opens, ReturnMixin


class SignatureList(ReturnMixin, TemplateView):
    """The state of each section, who still has to sign, and what each signature covers."""

    template_name = "returns/signature_list.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        assessment = assess(read(self.return_))
        sections = []
        for section in self.return_.proforma.sections:
            states = [s for s in assessment.places if s.place.section.key == section.key and s.place.tables]
            sections.append(
                {
                    "section": section,
                    "elements": len(states),
                    "signed": sum(bool(s.signed) for s in states),
                    "sent_back": sum(bool(s.sent_back) for s in states),
                    "queries": sum(query.is_open for s in states for query in s.queries),
                    "blank": sum(s.blank for s in states),
                }
            )
        voided = self._voided()
        parts = [self._part(user, part, voided) for part in assessment.parts]
        waiting = [row for row in parts if row["part"].unsigned]
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "sections": sections,
            "parts": parts,
            "waiting": waiting,
            "mine": [row for row in waiting if row["mine"]],
            "lock": refusals.why_locked(self.return_),
            "can_watch": access.can_watch(user, self.return_),
            "opens": Opens(user, assessment.answers),
            "send_back": opening_action(self.return_, user),
        }

    def _part(self, user, part, voided) -> dict:
        """One part: whether this person signs it and may open it, and what each of its lines waits for."""
        department = part.department
        if department is None:
            mine = access.can_sign_figures(user, self.return_)
            may_open = access.can_watch(user, self.return_)
        else:
            mine = access.can_sign_department(user, self.return_, department)
            may_open = access.can_open_department(user, self.return_, department)
        return {
            "part": part,
            "mine": mine,
            "may_open": may_open,
            "elements": [
                {
                    "state": state,
                    "why": [] if state.signed else _why_unsigned(state),
                    "voided": None if state.signed or state.sent_back else voided.get(state.place.key),
                }
                for state in part.states
            ],
        }

    def _voided(self) -> dict:
        """The latest event that cancelled a signature, by the keys of the places."""
        events = self.return_.events.filter(kind=Event.Kind.VOIDED).select_related("by").order_by("number")
        return {PlaceAddress.of_row(event): event for event in events}


def _why_unsigned(state) -> list[str]:
    """What must happen to a line before it can be signed; empty where only the signature is missing."""
    words = {"owner": "no owner", "check": "needs correcting", "query": "query open"}
    kinds = dict.fromkeys(blocker.kind for blocker in state.blockers)
    blank = [f"{state.blank} blank"] if state.blank else []
    return blank + [words[kind] for kind in kinds if kind in words]


class SignMixin:
    """The statement of one part: everything its signature would cover, and the button that signs it."""

    template_name = "returns/part_sign.html"

    def part_department(self):
        return None

    def may_sign(self) -> bool:
        raise NotImplementedError

    def sign(self, shown: str) -> int:
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        try:
            count = self.sign(request.POST.get("shown", ""))
        except ActionRefused as refusal:
            return self.render_to_response(self.get_context_data(refusal=refusal), status=409)
        messages.success(request, f"Signed: {wording.counted(count, 'line')}.")
        return redirect("returns:signature-list", self.authority.slug, self.return_.round)

    def get_context_data(self, refusal=None, **kwargs):
        assessment = assess(read(self.return_))
        part = assessment.part(self.part_department())
        if part is None:
            raise Http404
        statement = statement_of(assessment, part)
        return super().get_context_data(**kwargs) | {
            "part": part,
            "statement": statement,
            "changed": changed_since_signed(self.return_, part),
            "rows": [
                {"state": state, "cells": list(assessment.answers.cells(state.place))}
                for state in part.states
            ],
            "may_sign": self.may_sign(),
            "opens": Opens(self.request.user, assessment.answers),
            "lock": "" if self.return_.status in access.WORKING else refusals.why_locked(self.return_),
            "prepared": prepared_by(self.request.user, self.return_, part) if part.department is None else [],
            "refusal": refusal,
        }


class DepartmentSign(SignMixin, DepartmentMixin, TemplateView):
    """The department's statement, signed by its head."""

    def allowed(self) -> bool:
        # A head is told why the part can't be signed now; anybody else is refused.
        if self.request.method == "POST":
            return access.is_head_of(self.request.user, self.return_, self.department)
        return super().allowed()

    def part_department(self):
        return self.department

    def may_sign(self) -> bool:
        return access.can_sign_department(self.request.user, self.return_, self.department)

    def sign(self, shown: str) -> int:
        return sign_department(
            return_=self.return_, by=self.request.user, department=self.department, shown=shown
        )


class FiguresSign(SignMixin, ReturnMixin, TemplateView):
    """All figures in pounds, signed by the section 151 officer."""

    def allowed(self) -> bool:
        if self.request.method == "POST":
            return access.has_role(self.request.user, self.return_, Role.FINANCE)
        return access.can_watch(self.request.user, self.return_)

    def may_sign(self) -> bool:
        return access.can_sign_figures(self.request.user, self.return_)

    def sign(self, shown: str) -> int:
        return sign_figures(return_=self.return_, by=self.request.user, shown=shown)

"""Queries, questions from Cabinet, and replies."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ..acts import (
    ActionRefused,
    answerer,
    ask_question,
    close_query,
    place_of,
    raise_query,
    reply_to_query,
)
from ..answers.address import PlaceName
from ..answers.reader import read
from ..checks.completeness import assess
from ..forms import unsaved
from ..lifecycle.forms import WordsForm
from ..models import Query, Role
from ..rules import access
from .base import ReturnMixin, given_back


def cells_shown(view: ReturnMixin, place) -> list:
    """The answers at the place that this reader may see: in the latest version, or now."""
    answers = view.answers_shown(place.section.key)
    there = answers.at(place.key)
    return list(answers.cells(there)) if there else []


class QueryCreate(ReturnMixin, TemplateView):
    """Asks about the line in the address: the lead raises a query, a Cabinet member asks a question."""

    template_name = "returns/query_form.html"
    form_title = "Query"
    posted_labels = {"text": "Query or question"}
    form_class = WordsForm

    def find(self):
        super().find()
        by_tier = self.return_.proforma.by_tier
        usual = {"section": by_tier.key} if by_tier else {}
        wanted = PlaceName.of_web(usual | self.request.GET.dict())
        self.answers = read(self.return_, wanted.section)
        self.place = self.answers.place(*wanted)
        if self.place is None:
            raise Http404
        self.is_question = not access.can_watch(self.request.user, self.return_)

    def allowed(self) -> bool:
        user, return_ = self.request.user, self.return_
        if self.request.method == "POST":
            # In the wrong state the act refuses, and the page shows what was typed.
            return access.has_role(user, return_, Role.CABINET if self.is_question else Role.LEAD)
        if self.is_question:
            return access.can_ask_question(user, return_) and self.place.section.has_tiers
        return access.can_raise_query(user, return_)

    def get_form(self, data=None) -> WordsForm:
        owner = answerer(self.answers, self.place)
        label = "Question" if self.is_question else "Query"
        return WordsForm(data, label=label, help_text=f"{owner or 'The lead'} is told and replies.")

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        act = ask_question if self.is_question else raise_query
        try:
            query = act(
                return_=self.return_, by=request.user, place=self.place, text=form.cleaned_data["text"]
            )
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        messages.success(request, f"Asked. {answerer(self.answers, self.place) or 'The lead'} is told.")
        return redirect("returns:query-detail", self.authority.slug, self.return_.round, query.number)

    def get_context_data(self, form=None, **kwargs):
        row = None if form else unsaved.find(self.request)
        return super().get_context_data(**kwargs) | {
            "place": self.place,
            "is_question": self.is_question,
            "can_see_place": access.can_see_place(
                self.request.user, self.place, self.answers.allocation(self.place)
            ),
            "form": form or self.get_form(row and row.posted),
            "kept": row is not None,
            "owner": self.answers.owner(self.place),
            "cells": cells_shown(self, self.place),
        }


class QueryList(ReturnMixin, TemplateView):
    """Every query and question that concerns this person, open ones first."""

    template_name = "returns/query_list.html"

    def get_context_data(self, **kwargs):
        user, answers = self.request.user, read(self.return_)
        places = {place.key: place for place in answers.places()}
        rows = [
            {"query": query, "place": places[key], "owner": answers.owner(places[key])}
            for key, queries in answers.queries.items()
            if key in places
            for query in queries
            if access.can_see_query(user, query, places[key], answers.allocation(places[key]))
        ]
        rows.sort(key=lambda row: (not row["query"].is_open, row["query"].number))
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "open": sum(row["query"].is_open for row in rows),
        }


class QueryDetail(ReturnMixin, TemplateView):
    """One query with its reply; those who may reply to it or close it do so here."""

    template_name = "returns/query_detail.html"
    form_title = "Reply"
    posted_labels = {"text": "Reply"}
    form_class = WordsForm

    def find(self):
        super().find()
        found = Query.objects.filter(return_record=self.return_, number=self.kwargs["number"])
        self.query = found.select_related("asked__by", "replied__by", "closed__by").first()
        if self.query is None:
            raise Http404
        self.answers = read(self.return_, self.query.section)
        self.place = place_of(self.answers, self.query)
        if self.place is None or not access.can_see_query(
            self.request.user, self.query, self.place, self.answers.allocation(self.place)
        ):
            raise Http404

    def _may_reply(self) -> bool:
        allocation = self.answers.allocation(self.place)
        return access.can_reply(self.request.user, self.query, self.place, allocation)

    def _may_close(self) -> bool:
        return access.can_close_query(self.request.user, self.query, self.return_)

    def post(self, request, *args, **kwargs):
        closing = "close" in request.POST
        allocation = self.answers.allocation(self.place)
        if closing and not access.has_role(request.user, self.return_, Role.LEAD):
            raise PermissionDenied("Only the e-government lead closes queries.")
        if not closing and not access.answers_queries(request.user, self.place, allocation):
            owner = self.answers.owner(self.place) or "the e-government lead"
            raise PermissionDenied(f"Only {owner} replies to a query on {self.place.code}.")
        form = self._form(request.POST)
        number = self.query.number
        if not closing and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            if closing:
                close_query(return_=self.return_, by=request.user, number=number)
            else:
                text = form.cleaned_data["text"]
                reply_to_query(return_=self.return_, by=request.user, number=number, text=text)
        except ActionRefused as refusal:
            if not self._may_reply():
                return unsaved.refused(str(refusal))
            context = self.get_context_data(form=form, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        messages.success(request, "The query is closed." if closing else "Your reply is sent.")
        return redirect("returns:query-detail", self.authority.slug, self.return_.round, number)

    def _form(self, data=None) -> WordsForm:
        asker = self.query.asked.by
        told = f"{asker} is told." if asker != self.request.user else ""
        return WordsForm(data, label="Reply", help_text=told)

    def get_context_data(self, form=None, **kwargs):
        can_see = access.can_see_place(self.request.user, self.place, self.answers.allocation(self.place))
        row = unsaved.find(self.request) if form is None and self._may_reply() else None
        return super().get_context_data(**kwargs) | {
            "query": self.query,
            "place": self.place,
            "owner": self.answers.owner(self.place),
            "state": assess(self.answers).state(self.place),
            "cells": cells_shown(self, self.place),
            "can_see_place": can_see,
            "may_reply": self._may_reply(),
            "may_close": self._may_close(),
            "form": form or self._form(row and row.posted),
            "kept": row is not None,
        }

"""Term dates: the days on which tasks run that run in term only."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Term
from schoolgate.authority.collection.tasks import terms_changed
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table


class TermForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """One term, or half of one."""

    class Meta:
        model = Term
        fields = ("name", "first_day", "last_day")
        widgets = {
            "first_day": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "last_day": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        help_texts = {"name": "As Autumn 2026, first half. Enter halves of a term apart, so that half-term rests."}

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and str(last) < str(first):
            self.add_error("last_day", "It ends before it begins.")
        elif first and last:
            other = Term.objects.filter(first_day__lte=last, last_day__gte=first).exclude(pk=self.instance.pk).first()
            if other is not None:
                self.add_error("first_day", f"Some of these days are in {other.name} already.")
        return given


@who("administrator", "officer")
def terms(request: PersonRequest) -> HttpResponseBase:
    """The terms, and the form of one more."""
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = form.save()
            record("term added", by=request.user, target=_named(made), request=request)
            terms_changed()
        messages.success(request, "Saved.")
        return redirect("terms")
    table = Table(
        [
            Column("name", "Term", link=_address),
            Column("first_day", "First day", kind="date"),
            Column("last_day", "Last day", kind="date"),
            Column("remove", "Delete", kind="button", sort="", value=lambda _: "Delete", link=_remove_address),
        ],
        Term.objects.visible_to(request.user),
        request,
        name="terms",
        noun=("term", "terms"),
        empty=NotYet("No term dates yet. Without them tasks that run in term run on every day."),
    )
    response = table.response("authority_collection/terms.html", {"form": form})
    response.status_code = 422 if form.errors else response.status_code
    return response


@who("administrator", "officer")
def edit_term(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Other dates of a term, or another name."""
    found = get_object_or_404(Term.objects.visible_to(request.user), pk=pk)
    before = _named(found)
    form = TermForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = form.save()
            record("term changed", by=request.user, target=before, details=_named(made), request=request)
            terms_changed()
        messages.success(request, "Saved.")
        return redirect("terms")
    status = 422 if form.errors else 200
    return render(request, "authority_collection/edit_term.html", {"form": form, "named": before}, status=status)


@who("administrator", "officer")
@require_POST
def remove_term(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Term.objects.visible_to(request.user), pk=pk)
    with transaction.atomic():
        record("term deleted", by=request.user, target=_named(found), request=request)
        found.delete()
        terms_changed()
    messages.success(request, "Deleted.")
    return redirect("terms")


def _named(term: Term) -> str:
    return f"{term.name}, {term.first_day} to {term.last_day}"


def _address(term: Term) -> str:
    return reverse("edit-term", args=[term.pk])


def _remove_address(term: Term) -> str:
    return reverse("remove-term", args=[term.pk])

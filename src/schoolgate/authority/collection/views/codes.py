"""Attendance codes of schools' systems, and what they mean here."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import quarantine
from schoolgate.authority.collection.models import CodeMeaning, HeldBackRow, RawMark
from schoolgate.authority.collection.views.quarantine import label_of
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.documents.codes.code_sets import code_set
from schoolgate.wire.mis.registry import all_connectors


class MeaningForm(forms.Form):
    """What a school's code counts as."""

    means = forms.ChoiceField(label="It means", help_text="The statutory code that marks of it become here.")
    base = forms.ModelChoiceField(
        queryset=Base.objects.none(),
        required=False,
        label="At which school",
        empty_label="All schools with this system",
        help_text="Choose one where this school alone means something else by it.",
    )
    read_anew = forms.BooleanField(
        required=False,
        initial=True,
        label="Read marks anew that were taken under another meaning",
        help_text="Marks that wait in quarantine for a meaning are read again in any case.",
    )

    def __init__(self, *args: Any, meaning: CodeMeaning, **options: Any) -> None:
        super().__init__(*args, **options)
        means: Any = self.fields["means"]
        codes = ((one.code, f"{one.code} — {one.label}") for one in code_set("attendance") if not one.historic)
        means.choices = [("", "Choose a code"), *codes]
        self.initial.setdefault("means", meaning.means)
        base: Any = self.fields["base"]
        base.queryset = Base.objects.filter(mis=meaning.connector).order_by("name")


@who("administrator", "officer")
def codes(request: PersonRequest) -> HttpResponseBase:
    """All codes that were met, those without a meaning first."""
    found = CodeMeaning.objects.visible_to(request.user).select_related("base", "changed_by")
    table = Table(
        [
            Column("raw", "Code", kind="code", search=True, link=lambda one: reverse("code-meaning", args=[one.pk])),
            Column("description", "The school’s words", search=True),
            Column(
                "connector",
                "System",
                choices=[(name, one.label) for name, one in all_connectors().items()],
                value=lambda one: label_of(one.connector),
            ),
            Column("base", "School", sort="base__name", value=lambda one: one.base.name if one.base else "all"),
            Column("means", "Means here", value=_in_words),
            Column(
                "explained",
                "Explained",
                sort="",
                choices=[("no", "Nobody has said"), ("yes", "Has a meaning")],
                narrow=lambda rows, wanted: rows.filter(means="") if wanted == "no" else rows.exclude(means=""),
                value=lambda one: "" if one.means else "Nobody has said",
            ),
            Column("changed_by", "Said by", sort="", value=lambda one: one.changed_by or ""),
            Column("last_at", "Last met", kind="time"),
        ],
        found.order_by("means", "raw", "pk"),
        request,
        name="attendance-codes",
        noun=("code", "codes"),
        empty=NotYet("No codes yet. They come with the first attendance that is collected."),
    )
    return table.response("authority_collection/codes.html")


@who("administrator", "officer")
def code_meaning(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Say what a code means, and what becomes of marks that waited for it."""
    meaning = get_object_or_404(CodeMeaning.objects.visible_to(request.user).select_related("base"), pk=pk)
    form = MeaningForm(request.POST or None, meaning=meaning, initial={"base": meaning.base})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        marks = quarantine.map_code(
            meaning.connector,
            meaning.raw,
            given["means"],
            base=given["base"],
            read_anew=given["read_anew"],
            by=request.user,
            request=request,
        )
        said = f" {marks:,} mark{'s are' if marks != 1 else ' is'} read again." if marks else ""
        messages.success(request, f"{meaning.raw} means {given['means']} from now on.{said}")
        return redirect("attendance-codes")
    held = HeldBackRow.objects.filter(connector=meaning.connector, what=meaning.raw, state=HeldBackRow.State.HELD)
    context = {
        "meaning": meaning,
        "system": label_of(meaning.connector),
        "form": form,
        "held": held.count(),
        "taken": RawMark.objects.filter(base__mis=meaning.connector, code=meaning.raw).count(),
    }
    return render(request, "authority_collection/code_meaning.html", context, status=422 if form.errors else 200)


def _in_words(one: CodeMeaning) -> str:
    return f"{one.means} — {code_set('attendance').label(one.means)}" if one.means else "—"

"""How a form of the set-up is saved: each fault at its field, and whoever comes second reads what the first wrote."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.seen import SeenForm
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused


def saved(form: forms.Form, save: Callable[[], object], now: Callable[[], Mapping[str, Any]] | None = None) -> bool:
    """Whether what a valid form asks for was done by `save`; else the form says why not.

    `now` gives the values as they stand, for a form of a row that somebody else may have changed.
    """
    try:
        save()
    except ChangedMeanwhile:
        if isinstance(form, SeenForm) and now is not None:
            form.show_both(now())
    except SetUpRefused as refused:
        for field, sentence in refused.faults.items():
            form.add_error(field if field in form.fields else None, sentence)
    else:
        return True
    return False


def form_page(request: PersonRequest, form: forms.Form, heading: str, cancel: str, **more: Any) -> HttpResponseBase:
    """The page of one form: `heading`, where Cancel leads, and if wanted `text` above it and `remove` below it."""
    context = {"form": form, "heading": heading, "cancel": cancel, **more}
    return render(request, "school_purchasing/set_up_form.html", context, status=422 if form.errors else 200)


def question(
    request: PersonRequest, heading: str, text: str, submit: str, cancel: str, refused: str = ""
) -> HttpResponseBase:
    """Are you sure? With `refused`, why what was asked for was not done."""
    context = {"heading": heading, "text": text, "submit": submit, "cancel": cancel, "refused": refused}
    status = 422 if refused else 200
    return render(request, "school_purchasing/set_up_question.html", context, status=status)

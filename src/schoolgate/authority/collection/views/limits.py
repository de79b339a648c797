"""The limits of collecting: when a run is late, and how many bad rows it may hold back."""

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.collection.holding_back import MOST_BAD_ROWS
from schoolgate.authority.collection.late import LATE_HOURS
from schoolgate.commons.accounts.access import PersonRequest, who


class LimitsForm(forms.Form):
    """What holds for all tasks."""

    late_hours = forms.IntegerField(
        label="A run is late after", min_value=1, max_value=720, help_text="Hours after it was due, 1 to 720."
    )
    most_bad_rows = forms.IntegerField(
        label="Rows that a run may hold back",
        min_value=0,
        max_value=100_000,
        help_text="With more rows that cannot be read a run fails, and nothing of it is imported. "
        "Marks of a code that nobody has explained do not count.",
    )


@who("administrator")
def limits(request: PersonRequest) -> HttpResponseBase:
    initial = {"late_hours": LATE_HOURS.get(), "most_bad_rows": MOST_BAD_ROWS.get()}
    form = LimitsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        LATE_HOURS.set(form.cleaned_data["late_hours"], by=request.user, request=request)
        MOST_BAD_ROWS.set(form.cleaned_data["most_bad_rows"], by=request.user, request=request)
        messages.success(request, "Saved.")
        return redirect("collection-limits")
    context = {"form": form}
    return render(request, "authority_collection/limits.html", context, status=422 if form.errors else 200)

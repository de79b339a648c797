"""System Defaults: what imports of all schools go by (reference 9.1)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.importing.forms import SystemDefaultsForm
from schoolgate.authority.importing.match_preferences import GUIDMATCH, OLDEST_UNMATCHED, ONLY_ACTIVE
from schoolgate.authority.records.models import PupilKey
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.preferences.registry import Preference

_PREFERENCES: dict[str, Preference[Any]] = {
    "guidmatch": GUIDMATCH,
    "only_active": ONLY_ACTIVE,
    "oldest_unmatched": OLDEST_UNMATCHED,
}


@who("administrator", "officer")
def system_defaults(request: PersonRequest) -> HttpResponseBase:
    """What is set; an administrator sets it, an officer reads it."""
    sets = request.user.role == "administrator"
    if request.method == "POST" and not sets:
        raise PermissionDenied
    form = SystemDefaultsForm(
        request.POST if request.method == "POST" else None,
        initial={name: preference.get() for name, preference in _PREFERENCES.items()},
    )
    if not sets:
        for field in form.fields.values():
            field.disabled = True
    if form.is_valid():
        for name, preference in _PREFERENCES.items():
            preference.set(form.cleaned_data[name], by=request.user, request=request)
        messages.success(request, "Saved. It counts from the next import.")
        return redirect("system-defaults")
    context = {
        "form": form,
        "sets": sets,
        "settings": [
            (form[name], _in_words(preference.default), preference.last_change)
            for name, preference in _PREFERENCES.items()
        ],
        "guids": PupilKey.objects.filter(kind=PupilKey.Kind.GUID).count(),
    }
    return render(request, "authority_importing/system_defaults.html", context, status=422 if form.errors else 200)


def _in_words(default: Any) -> str:
    return {True: "on", False: "off"}[default] if isinstance(default, bool) else str(default)

"""System Defaults: what imports of all schools go by (reference 9.1)."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.importing.forms import SystemDefaultsForm
from schoolgate.authority.importing.match_preferences import GUIDMATCH, ONLY_ACTIVE
from schoolgate.authority.records.models import PupilKey
from schoolgate.commons.accounts.access import PersonRequest, who

_PREFERENCES = {"guidmatch": GUIDMATCH, "only_active": ONLY_ACTIVE}


@who("administrator")
def system_defaults(request: PersonRequest) -> HttpResponseBase:
    form = SystemDefaultsForm(
        request.POST if request.method == "POST" else None,
        initial={name: preference.get() for name, preference in _PREFERENCES.items()},
    )
    if form.is_valid():
        for name, preference in _PREFERENCES.items():
            preference.set(form.cleaned_data[name], by=request.user, request=request)
        messages.success(request, "Saved. It counts from the next import.")
        return redirect("system-defaults")
    context = {
        "form": form,
        "settings": [
            (form[name], "on" if preference.default else "off", preference.last_change)
            for name, preference in _PREFERENCES.items()
        ],
        "guids": PupilKey.objects.filter(kind=PupilKey.Kind.GUID).count(),
    }
    return render(request, "authority_importing/system_defaults.html", context)

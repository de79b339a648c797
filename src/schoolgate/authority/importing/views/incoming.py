"""Incoming pupils: the pages of what schools' files say and a person must decide."""

from django.http import HttpResponse
from django.shortcuts import redirect

from schoolgate.authority.importing.models import Unmatched
from schoolgate.commons.accounts.access import PersonRequest, who


@who("administrator", "officer")
def incoming(request: PersonRequest) -> HttpResponse:
    """Leads to who matches nobody while somebody waits there, else to the conflicts: who a pupil is comes first."""
    waits = Unmatched.objects.visible_to(request.user).filter(held_back=Unmatched.HeldBack.NO).exists()
    return redirect("unmatched" if waits else "conflicts")

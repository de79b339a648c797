"""Who may open a page of the School Portal: the people of that very school."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.commons.accounts.access import PersonRequest, PersonView, who

P = ParamSpec("P")


def of_school(
    view: Callable[Concatenate[PersonRequest, Base, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Open the view to people of the school whose number stands in the address as `school`; others find none."""

    @wraps(view)
    def found(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        base = get_object_or_404(Base.objects.visible_to(request.user), pk=kwargs.pop("school"))
        return view(request, base, *args, **kwargs)

    return who(SCHOOL_USER)(cast("PersonView[P]", found))

"""Pupils: find them by what somebody knows of them."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.records.forms import SearchForm
from schoolgate.authority.records.hiding import ABOUT_RESTRICTED, asked_for, meant_but_hidden
from schoolgate.authority.records.listing import Beside, beside, schools_of, status_words, years_of
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.searches import Search, keep, kept
from schoolgate.authority.records.subjects import PUPIL
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, Table


@who("administrator", "officer")
@sensitive_post_parameters("text")
def pupils(request: PersonRequest) -> HttpResponseBase:
    """A search is sent by POST and kept in the session; the address has its key (`searches`)."""
    if request.method == "POST":
        return _begin(request)
    key = request.GET.get("search", "")
    search = kept(request.session, key)
    if search is None or search.subject != PUPIL:
        form = SearchForm(user=request.user)
        return _without_rows(request, {"form": form, "ended": bool(key)})
    table = _table(request, search)
    if request.GET.get("format"):
        found = table.chosen_rows.count()
        about = ABOUT_RESTRICTED if may_see_restricted(request.user) else ""
        details = f"{search.words}: {found:,} pupils"
        record("pupils downloaded", by=request.user, details=details, request=request, about=about)
    form = SearchForm(user=request.user, initial={name: getattr(search, name) for name in SearchForm.base_fields})
    not_shown = len(meant_but_hidden(request.user, search.text))
    context = {
        "form": form,
        "search": search,
        "not_shown": not_shown,
        "to_restricted": may_see_restricted(request.user),
    }
    return table.response("authority_records/pupils.html", context)


def _without_rows(request: PersonRequest, context: dict[str, Any], status: int = 200) -> HttpResponseBase:
    context = {**context, "to_restricted": may_see_restricted(request.user)}
    return render(request, "authority_records/pupils.html", context, status=status)


def _begin(request: PersonRequest) -> HttpResponseBase:
    form = SearchForm(request.POST, user=request.user)
    if not form.is_valid():
        return _without_rows(request, {"form": form}, status=422)
    search = form.search
    found = search.people(request.user).count()
    not_shown = meant_but_hidden(request.user, search.text)
    # What was typed to find a restricted pupil may tell who and where it is: it is hidden with the pupil.
    about = ABOUT_RESTRICTED if not_shown or may_see_restricted(request.user) else ""
    details = f"{search.words}: {found:,} found"
    record("pupils searched", by=request.user, details=details, request=request, about=about)
    asked_for(not_shown, by=request.user, request=request)
    return redirect(f"{reverse('pupils')}?search={keep(request.session, search)}")


def _table(request: PersonRequest, search: Search) -> Table:
    known: dict[int, Beside] = {}

    def prepare(rows: list[Pupil]) -> None:
        known.clear()
        known.update(beside(rows))

    def enrolments(pupil: Pupil) -> Any:
        return known[pupil.pk].told

    def status(pupil: Pupil) -> str:
        told = dict.fromkeys(map(status_words, enrolments(pupil))) if pupil.active else ["Leaver"]
        return "; ".join(told)

    return Table(
        [
            Column("listed_name", "Name", sort="surname_key", link=lambda one: reverse("pupil", args=[one.pk])),
            Column("born", "Date of birth", kind="date"),
            Column("upn", "UPN", kind="code"),
            Column("schools", "Schools", sort="", value=lambda pupil: schools_of(enrolments(pupil))),
            Column("year", "Year", sort="", value=lambda pupil: years_of(enrolments(pupil))),
            Column("status", "Status", sort="", value=status),
            Column("updated", "Last update", kind="time", sort="", value=lambda pupil: known[pupil.pk].updated),
        ],
        search.people(request.user).select_related("created_by"),
        request,
        name="pupils",
        noun=("pupil", "pupils"),
        kept=["search"],
        prepare=prepare,
    )

"""Members of schools' staff: find them by what somebody knows of them."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.records.forms import StaffSearchForm
from schoolgate.authority.records.hiding import ABOUT_STAFF
from schoolgate.authority.records.listing import Beside, beside, posts, schools_of
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.authority.records.searches import Search, keep, kept
from schoolgate.authority.records.subjects import NOUNS, STAFF
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, Table

_PAGE = "authority_records/staff.html"


@who("administrator", "officer", right=STAFF_RECORDS)
@sensitive_post_parameters("text")
def staff(request: PersonRequest) -> HttpResponseBase:
    """A search is sent by POST and kept in the session; the address has its key (`searches`)."""
    if request.method == "POST":
        return _begin(request)
    key = request.GET.get("search", "")
    search = kept(request.session, key)
    if search is None or search.subject != STAFF:
        return render(request, _PAGE, {"form": StaffSearchForm(user=request.user), "ended": bool(key)})
    table = _table(request, search)
    if request.GET.get("format"):
        details = f"{search.words}: {table.chosen_rows.count():,} members of staff"
        record("staff downloaded", by=request.user, details=details, request=request, about=ABOUT_STAFF)
    initial = {name: getattr(search, name) for name in StaffSearchForm.base_fields}
    context = {"form": StaffSearchForm(user=request.user, initial=initial), "search": search}
    return table.response(_PAGE, context)


def _begin(request: PersonRequest) -> HttpResponseBase:
    form = StaffSearchForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, _PAGE, {"form": form}, status=422)
    search = form.search
    details = f"{search.words}: {search.people(request.user).count():,} found"
    record("staff searched", by=request.user, details=details, request=request, about=ABOUT_STAFF)
    return redirect(f"{reverse('staff')}?search={keep(request.session, search)}")


def _table(request: PersonRequest, search: Search) -> Table:
    known: dict[int, Beside] = {}
    held: dict[int, str] = {}

    def prepare(rows: list[Pupil]) -> None:
        known.clear()
        known.update(beside(rows))
        held.clear()
        held.update(posts(rows, known))

    return Table(
        [
            Column(
                "listed_name",
                "Name",
                sort="surname_key",
                link=lambda member: reverse("staff-member", args=[member.pk]),
            ),
            Column("born", "Date of birth", kind="date"),
            Column("upn", "Teacher or NI number", kind="code"),
            Column("schools", "Schools", sort="", value=lambda member: schools_of(known[member.pk].told)),
            Column("posts", "Posts", sort="", value=lambda member: held.get(member.pk, "")),
            Column("active", "Status", sort="", value=lambda member: "Works" if member.active else "Left"),
            Column("updated", "Last update", kind="time", sort="", value=lambda member: known[member.pk].updated),
        ],
        search.people(request.user).select_related("created_by"),
        request,
        name="staff",
        noun=NOUNS[STAFF],
        kept=["search"],
        prepare=prepare,
    )

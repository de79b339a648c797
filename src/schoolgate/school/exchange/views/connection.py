"""Connection: the proxy and the security protocol type, and Test Connection (handbook 03, 04)."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column
from schoolgate.school.exchange.administration.line import LineRefused, save_line
from schoolgate.school.exchange.connection_test import place_to_mend, rows_to_test, run_connection_test
from schoolgate.school.exchange.forms.connection import LineForm
from schoolgate.school.exchange.logins import Login
from schoolgate.school.exchange.models import Destination, PersonnelSchool, School

MOST_LISTED = 10


@who("administrator")
@sensitive_post_parameters("proxy_password")
def connection(request: PersonRequest) -> HttpResponseBase:
    """How this site reaches the LAs, and a test of each."""
    form = LineForm(request.POST) if request.method == "POST" else LineForm.as_it_is()
    if request.method == "POST" and form.is_valid():
        try:
            save_line(form.line(), by=request.user, request=request)
        except LineRefused as error:
            for name, sentence in error.problems.items():
                form.add_error(name, sentence)
        else:
            messages.success(request, "Saved. Test the connection now.")
            return redirect("connection")
    rows: list[Login] = [*rows_to_test(most=MOST_LISTED + 1)]
    context = {
        "form": form,
        "tests": [(row, test_address(row)) for row in rows[:MOST_LISTED]],
        "more": len(rows) > MOST_LISTED,
    }
    return render(request, "school_exchange/connection.html", context, status=422 if form.errors else 200)


@who("administrator", "sender")
@require_POST
def test_la(request: PersonRequest, la: str) -> HttpResponseBase:
    """Test Connection with the LA-wide credentials."""
    return _tested(request, get_object_or_404(Destination.objects.visible_to(request.user), la=la))


@who("administrator", "sender")
@require_POST
def test_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Test Connection with the credentials this school's files travel with."""
    return _tested(request, get_object_or_404(School.objects.visible_to(request.user), pk=pk))


@who("administrator", "sender")
@require_POST
def test_personnel_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Test Connection of a school's personnel files (handbook 06)."""
    return _tested(request, get_object_or_404(PersonnelSchool.objects.visible_to(request.user), pk=pk))


def test_address(row: Login) -> str:
    """Where the button *Test Connection* of this row posts to."""
    if isinstance(row, PersonnelSchool):
        return reverse("test-personnel-school", args=[row.pk])
    return reverse("test-la", args=[row.la]) if isinstance(row, Destination) else reverse("test-school", args=[row.pk])


TEST_CONNECTION = Column(
    "test", "Connection", kind="button", sort="", value=lambda _: "Test Connection", link=test_address
)
"""The button of each row in the lists of LAs and schools."""


def _tested(request: PersonRequest, row: Login) -> HttpResponseBase:
    """The five steps with their ticks. Nothing is redirected: to load the page again is to test again."""
    report = run_connection_test(row)
    mend, address = place_to_mend(row, report.failed) if report.failed else ("", "")
    context = {
        "report": report,
        "row": row,
        "again": test_address(row),
        "mend": mend if request.user.role == "administrator" else "",
        "address": address,
        "back": _back(request, row),
    }
    return render(request, "school_exchange/connection_test.html", context)


def _back(request: PersonRequest, row: Login) -> tuple[str, str]:
    if isinstance(row, PersonnelSchool):
        return str(row), reverse("personnel-school", args=[row.pk])
    if request.user.role != "administrator":
        return "Today", reverse("today")
    return ("LAs", reverse("las")) if isinstance(row, Destination) else ("Schools", reverse("schools"))

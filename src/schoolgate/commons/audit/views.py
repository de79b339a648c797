"""The audit page."""

from django.http.response import HttpResponseBase

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.web.tables import Column, NotYet, Table

COLUMNS = [
    Column("at", "When", kind="second", dates=True),
    Column("who", "Who", search=True),
    Column("address", "From", kind="code"),
    Column("did", "Did", search=True),
    Column("target", "To what", search=True),
    Column("details", "Before → after", kind="long", sort=""),
]


@who("administrator")
def audit(request: PersonRequest) -> HttpResponseBase:
    """Who did what; nothing here can be changed or removed."""
    table = Table(
        COLUMNS,
        AuditEntry.objects.visible_to(request.user),
        request,
        name="audit",
        noun=("entry", "entries"),
        empty=NotYet("Nobody has done anything yet."),
    )
    return table.response("audit/audit.html")

"""What the LAs ask for, and what to do about it."""

from django.db.models.functions import Concat
from django.http.response import HttpResponseBase

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import AllGood, Column, Table
from schoolgate.school.exchange.models import FileRequest
from schoolgate.school.exchange.requested import where_to


@who("administrator", "sender")
def file_requests(request: PersonRequest) -> HttpResponseBase:
    """The open requests, school by school, with the folder that answers each."""
    open_now = FileRequest.objects.visible_to(request.user)
    table = Table(
        [
            Column("school_name", "School", search=True, value=lambda one: one.of_school),
            Column("dfe", "DfE no.", kind="code", search=True),
            Column("data", "Wanted", value=lambda one: one.wanted),
            Column("task", "Task", search=True),
            Column("made_at", "Since", kind="time"),
            Column("destination_la", "Dest. LA No.", kind="code", exact=True),
        ],
        open_now.annotate(dfe=Concat("la", "school")),
        request,
        name="requests",
        noun=("request", "requests"),
        empty=AllGood("No LA asks for a file."),
    )
    las = sorted(set(open_now.order_by().values_list("destination_la", flat=True)))
    return table.response("school_exchange/file_requests.html", {"where": [where_to(la) for la in las]})

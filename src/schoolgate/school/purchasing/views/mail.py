"""*By e-mail*: orders from messages, for suppliers who still do that; and a message as it came (SCREENS 5.2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.documents import about
from schoolgate.school.purchasing.forms.mail import MailForm
from schoolgate.school.purchasing.mailing.reading import MOST_BYTES
from schoolgate.school.purchasing.mailing.taking import Taken, take_file
from schoolgate.school.purchasing.models import FetchedDocument
from schoolgate.school.purchasing.store import UNREADABLE, read


@purchasing_view("imports")
def import_mail(request: PersonRequest) -> HttpResponseBase:
    """Take orders from files, and say of each what became of it. The same files given again do no harm."""
    form = MailForm(request.POST, request.FILES) if request.method == "POST" else MailForm()
    taken: list[Taken] = []
    if request.method == "POST" and form.is_valid():
        for file in form.cleaned_data["upload"]:
            # One byte beyond what is read tells that a file is too large.
            taken += take_file(file.name or "", file.read(MOST_BYTES + 1), by=request.user, request=request)
        if any(one.state in ("waiting", "refused") for one in taken):
            messages.warning(request, "Not everything came in: see below why.")
        else:
            messages.success(request, "Everything in these files is here.")
    context = {"form": form, "taken": taken}
    return render(request, "school_purchasing/import_mail.html", context, status=422 if form.errors else 200)


@purchasing_view()
def mailed_message(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The message that a document stood in, as it was uploaded; who took it stands in the audit."""
    this = get_object_or_404(FetchedDocument.objects.visible_to(request.user).exclude(message_sha256=""), pk=pk)
    try:
        plain = read(this.message_sha256)
    except UNREADABLE as error:
        raise Http404 from error
    record("message downloaded", by=request.user, target=str(this), request=request, about=about(this))
    return HttpResponse(
        plain,
        # Not as message/rfc822, which a browser might show with the links and pictures in it.
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="message-{this.pk}.eml"'},
    )

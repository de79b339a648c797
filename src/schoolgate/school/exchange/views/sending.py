"""Send a file, and Export."""

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.school.exchange.asking import all_las, ask_for_exports
from schoolgate.school.exchange.folders import FolderRefused
from schoolgate.school.exchange.forms.sending import SendForm
from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.uploading import receive_upload

CANNOT_BE_PUT = (
    "The file cannot be put into the folder of its LA, so it was not sent. "
    "See that the drive or share of the root folder is connected, then send it again."
)


@who("administrator", "sender")
def send_file(request: PersonRequest) -> HttpResponseBase:
    """Take a file from the browser, check it and send it; then tell its story, or why it was held back."""
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            taken = receive_upload(upload.file, upload.name, upload.size, by=request.user, request=request)
        except NoSpace as error:
            form.add_error("file", str(error))
        except FolderRefused as error:
            form.add_error("file", str(error))
        except OSError as error:
            form.add_error("file", f"{CANNOT_BE_PUT} ({error.strerror or type(error).__name__}.)")
        else:
            if not isinstance(taken, Transfer):
                return redirect("held-back-file", taken.pk)
            if taken.state not in {State.READY, State.SENDING}:
                messages.info(request, "This very file is here already. Its story is below.")
            return redirect("transfer", taken.pk)
    return render(request, "school_exchange/send.html", {"form": form}, status=422 if form.errors else 200)


@who("administrator", "sender")
@require_POST
def export(request: PersonRequest) -> HttpResponseBase:
    """Send everything that lies in the folders (handbook 05, "Export")."""
    las = all_las()
    with transaction.atomic():
        record("export asked for", by=request.user, request=request)
        jobs = ask_for_exports(las, by_person=True)
    if jobs:
        messages.success(request, "Looking into the folders and sending what waits.")
    else:
        messages.error(request, "There is no LA to send to yet. Add one under Administration.")
    return redirect("today")

"""*System*: is the site healthy, and if not, what is to be done (SCREENS 5.6); and what may be sent to who helps."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.sites.upkeep.doctor.examining import examine, mend
from schoolgate.sites.upkeep.support.bundle import as_zip, file_name, make_bundle, note_made


@who("administrator")
def system(request: PersonRequest) -> HttpResponseBase:
    """The quick checks; when asked by POST, all of them, which call other machines and read the whole database."""
    everything = request.method == "POST"
    context = {"examination": examine(slow=everything), "everything": everything}
    return render(request, "upkeep/system.html", context)


@who("administrator")
@require_POST
def mend_now(request: PersonRequest) -> HttpResponseBase:
    """Mend what the quick checks find and can be mended safely."""
    done = [one for one in mend(examine(slow=False), by=request.user, request=request).found if one.mended]
    for one in done:
        messages.success(request, f"{one.check.words}: {one.mended}")
    if not done:
        messages.success(request, "There was nothing to mend any more.")
    return redirect("system")


@who("administrator")
def support_bundle(request: PersonRequest) -> HttpResponseBase:
    """All that is in it, to be read; when asked by POST, the ZIP."""
    parts = make_bundle(slow=False)
    if request.method != "POST":
        return render(request, "upkeep/support_bundle.html", {"parts": parts})
    note_made(by=request.user, request=request)
    disposition = f'attachment; filename="{file_name()}"'
    return HttpResponse(as_zip(parts), "application/zip", headers={"Content-Disposition": disposition})

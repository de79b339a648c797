"""Where is my file?"""

from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.accounts.access import PersonRequest, signed_in
from schoolgate.commons.web.finding import FINDERS, find


@signed_in
def find_page(request: PersonRequest) -> HttpResponseBase:
    """Search by anything on the paper. By POST, so that what was typed, perhaps a child's name, is in no address."""
    text = request.POST.get("text", "").replace("\0", "").strip()
    context = {"text": text, "places": list(FINDERS), "asked": request.method == "POST"}
    if request.method == "POST":
        try:
            context["found"] = find(request.user, text)
        except ValueError as error:
            context["wrong"] = str(error)
    return render(request, "web/find.html", context)

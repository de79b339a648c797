"""The root folder (handbook 04, "Entering the Root Folder")."""

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.school.exchange.folders import FolderRefused, root_folder, set_root_folder
from schoolgate.school.exchange.forms.folder import SiteForm
from schoolgate.school.exchange.preferences import SCHOOL_NAME, SETTLE_SECONDS


@who("administrator")
def folder(request: PersonRequest) -> HttpResponseBase:
    """Where files lie; everything else comes after it."""
    form = SiteForm(request.POST) if request.method == "POST" else SiteForm.as_it_is()
    if request.method == "POST" and form.is_valid():
        given, before = form.cleaned_data, root_folder()
        try:
            with transaction.atomic():
                set_root_folder(given["root_folder"], by=request.user, request=request)
                SCHOOL_NAME.set(given["school_name"], by=request.user, request=request)
                SETTLE_SECONDS.set(given["settle_seconds"], by=request.user, request=request)
        except FolderRefused as error:
            form.add_error("root_folder", str(error))
        else:
            if before not in {None, given["root_folder"]}:
                messages.warning(request, "New folders were made. Files at the old place were not moved: see to them.")
            messages.success(request, "Saved.")
            return redirect("administration")
    context = {"form": form, "root": root_folder()}
    return render(request, "school_exchange/folder.html", context, status=422 if form.errors else 200)

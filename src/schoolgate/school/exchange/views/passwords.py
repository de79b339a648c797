"""Change the password of an account at an LA."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.passwords import RULES_FOR_PROGRAMS, make_password_text
from schoolgate.school.exchange.connecting import open_http
from schoolgate.school.exchange.forms.passwords import TYPED, AccountPasswordForm
from schoolgate.school.exchange.models import Destination, PasswordChange, School
from schoolgate.school.exchange.password_changes import change_password
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.connection_test import TIMEOUTS
from schoolgate.wire.exchange_errors import ExchangeError, PasswordNotAllowed

UNSURE = "Whether the LA has taken the new password is not known. Both are kept, and the next sign-in finds out."


@who("administrator")
@sensitive_post_parameters("password")
def change_la_password(request: PersonRequest, la: str) -> HttpResponseBase:
    """Of the account for all schools."""
    entry = get_object_or_404(Destination.objects.visible_to(request.user).exclude(user=""), la=la)
    return _change(request, entry, reverse("edit-la", args=[la]))


@who("administrator")
@sensitive_post_parameters("password")
def change_school_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Of a school's own account."""
    row = get_object_or_404(School.objects.visible_to(request.user).exclude(user=""), pk=pk)
    return _change(request, row, reverse("edit-school", args=[pk]))


def _change(request: PersonRequest, login: Destination | School, back: str) -> HttpResponseBase:
    form = AccountPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ask(request, login, form):
        messages.success(request, "The password was changed at the LA. This program uses it from now on.")
        return redirect(back)
    context = {
        "form": form,
        "login": login,
        "back": back,
        "rules": RULES_FOR_PROGRAMS,
        "unfinished": PasswordChange.objects.of(login).first(),
    }
    return render(request, "school_exchange/password.html", context, status=422 if form.errors else 200)


def _ask(request: PersonRequest, login: Destination | School, form: AccountPasswordForm) -> bool:
    """Have the LA take it; what stands against it is told on the form."""
    typed = form.cleaned_data["how"] == TYPED
    new = form.cleaned_data["password"] if typed else make_password_text()
    try:
        with open_http(TIMEOUTS) as http:
            change_password(login, new, http, by=request.user, request=request)
    except PasswordNotAllowed as error:
        for rule in error.rules or (error.remedy,):
            form.add_error("password" if typed else None, rule)
    except ExchangeError as error:
        told = f"{error.sentence} {naming_whom(error.remedy, login.whom_to_ask)}"
        unsure = PasswordChange.objects.of(login).exists()
        form.add_error(None, f"{told} {UNSURE}" if unsure else told)
    else:
        return True
    return False

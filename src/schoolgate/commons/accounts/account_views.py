"""The pages of one's own account: signing in and out, choosing a password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import (
    Locked,
    PersonRequest,
    SwitchedOff,
    WrongCredentials,
    anyone,
    check_credentials,
    signed_in,
)
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.forms import (
    FirstAdministratorForm,
    NewPasswordForm,
    OwnPasswordForm,
    PersonForm,
    SignInForm,
)
from schoolgate.commons.accounts.links import LinkSpent, find_link, spend
from schoolgate.commons.accounts.models import ADMINISTRATOR, SingleUseLink, User
from schoolgate.commons.accounts.passwords import change_password, rules_for
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.templatetags.web import clock_time

PEOPLES_BACKEND = "django.contrib.auth.backends.ModelBackend"


@anyone
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Let the right person in; tell the wrong one how many tries are left, or until when there are none."""
    if request.user.is_authenticated:
        return redirect(_next_page(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = check_credentials(request, form.cleaned_data["username"], form.cleaned_data["password"])
        except (WrongCredentials, Locked) as refused:
            form.add_error(None, _refusal(refused))
            _record(refused, form.cleaned_data["username"], request)
        else:
            if not user.is_machine:
                _let_in(request, user)
                return redirect(_next_page(request))
            form.add_error(None, "This account is for a school's program. It cannot sign in to these pages.")
    status = 200 if request.method == "GET" else 422
    return render(request, "accounts/sign_in.html", {"form": form, "next": request.GET.get("next", "")}, status=status)


def _refusal(refused: WrongCredentials | Locked, wrong: str = "The user name or the password is wrong.") -> str:
    if isinstance(refused, Locked):
        return (
            f"Too many wrong passwords. You can try again at {clock_time(refused.until)}. "
            "If you forgot your password, ask an administrator of this site for a link to choose a new one."
        )
    if isinstance(refused, SwitchedOff):
        return "This account is switched off. Ask an administrator of this site."
    tries = "1 try" if refused.tries_left == 1 else f"{refused.tries_left} tries"
    return f"{wrong} You have {tries} left."


def _record(refused: WrongCredentials | Locked, username: str, request: HttpRequest) -> None:
    # People type passwords into the wrong field, so a name that nobody has is not kept.
    known = User.objects.filter(username=User.normalize_username(username)).first()
    did = "locked out" if isinstance(refused, Locked) else "sign-in refused"
    record(did, by=None, who="a stranger", target=known.username if known else "", request=request)


def _let_in(request: HttpRequest, user: User) -> None:
    login(request, user, backend=PEOPLES_BACKEND)
    record("signed in", by=user, request=request)


def _next_page(request: HttpRequest) -> str:
    address = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return settings.LOGIN_REDIRECT_URL


@signed_in
@require_POST
def sign_out(request: PersonRequest) -> HttpResponseBase:
    record("signed out", by=request.user, request=request)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@anyone
@sensitive_post_parameters()
def set_password(request: HttpRequest, token: str) -> HttpResponseBase:
    """Choose a password by a single-use link, and come in with it. Opening the link does not use it up."""
    try:
        link = find_link(token)
        user = link.user or User(role=ADMINISTRATOR)
        form_class = NewPasswordForm if link.user else FirstAdministratorForm
        form = form_class(request.POST or None, user=user)
        if form.is_valid():
            user = _use(request, link, form)
            logout(request)
            _let_in(request, user)
            return redirect(settings.LOGIN_REDIRECT_URL)
    except LinkSpent:
        nobody_yet = not User.objects.exclude(last_login=None).exists()
        return render(request, "accounts/link_spent.html", {"nobody_yet": nobody_yet}, status=410)
    context = {"form": form, "link": link, "rules": rules_for(user.role)}
    return render(request, "accounts/set_password.html", context, status=200 if request.method == "GET" else 422)


def _use(request: HttpRequest, link: SingleUseLink, form: NewPasswordForm) -> User:
    """Spend the link and give the password in one commit. Raises LinkSpent."""
    with transaction.atomic():
        spend(link)
        password = form.cleaned_data["password"]
        if link.user is not None:
            change_password(link.user, password, by=link.user, request=request)
            user = link.user
        else:
            given = form.cleaned_data
            user = create_user(given["username"], ADMINISTRATOR, name=given["name"], password=password, request=request)
    return user


@signed_in
def my_account(request: PersonRequest) -> HttpResponseBase:
    """One's own name, e-mail and role."""
    form = PersonForm(request.POST or None, instance=request.user)
    if form.is_valid():
        with transaction.atomic():
            changes = [
                f"{form[name].label}: “{form.initial[name]}” → “{form.cleaned_data[name]}”"
                for name in form.changed_data
            ]
            form.save()
            record("own details changed", by=request.user, details="; ".join(changes), request=request)
        messages.success(request, "Your details are saved.")
        return redirect("my-account")
    return render(request, "accounts/my_account.html", {"form": form})


@signed_in
@sensitive_post_parameters()
def change_own_password(request: PersonRequest) -> HttpResponseBase:
    """Another password, after the present one; wrong ones count as at the sign-in. All other sessions end."""
    user = request.user
    form = OwnPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["password"]
        try:
            check_credentials(request, user.username, old)
            change_password(user, new, by=user, old=old, request=request)
        except (WrongCredentials, Locked) as refused:
            form.add_error("old", _refusal(refused, "This is not your present password."))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed. Everywhere else you are signed out.")
            return redirect("my-account")
    context = {"form": form, "rules": rules_for(user.role)}
    return render(request, "accounts/change_own_password.html", context)

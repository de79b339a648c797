"""Bases, their exchange accounts, and the authority's own details."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.bases.accounts import BaseRefused, add_base, create_base_with_account, give_new_password
from schoolgate.authority.bases.agents import agent_of
from schoolgate.authority.bases.base_page import parts_of
from schoolgate.authority.bases.changing import change_base
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.forms import AddBaseForm, AuthorityForm, BaseForm, NewPasswordForm
from schoolgate.authority.bases.groups import GroupRefused, group_choices, groups_of, narrow_to_group
from schoolgate.authority.bases.la import (
    CODE_DAYS,
    EXPIRY_WARNING_DAYS,
    LA_CONTACT,
    LA_NAME,
    LA_NUMBER,
    MAINTENANCE_UNTIL,
    PASSWORD_DAYS,
    SILENT_DAYS,
)
from schoolgate.authority.bases.licensing import WORDS as LICENCES
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.authority.bases.systems import system_in_lists, systems
from schoolgate.commons.accounts.access import PersonRequest, may_open, who
from schoolgate.commons.preferences.registry import Preference
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.documents.la_numbers import la_numbers

COUNTIES = {"in": "in county", "out": "out of county"}


def add_groups(page: list[Any]) -> None:
    """Say of each base of a page of a list in which groups it is, as `base_columns` shows it."""
    names = groups_of(page)
    for base in page:
        base.group = ", ".join(names[base.pk])


def base_columns() -> list[Column]:
    """What lists of bases show of each; they are annotated `with_dfe_number` and `with_licence`, and
    prepared by `add_groups`."""
    return [
        Column("name", "School", search=True, link=lambda base: reverse("base", args=[base.pk])),
        Column("dfe", "DfE no.", kind="code", search=True),
        Column("phase", "Phase", choices=Base.PHASES, value=lambda base: base.get_phase_display()),
        Column("mis", "System", choices=systems(), value=lambda base: system_in_lists(base.mis)),
        Column("group", "Groups", sort="", choices=group_choices(), narrow=narrow_to_group),
        Column("county", "County", choices=list(COUNTIES.items()), value=lambda base: COUNTIES[base.county]),
        Column("stands_on", "Licence", choices=list(LICENCES.items()), value=lambda base: LICENCES[base.stands_on]),
        Column("account__username", "Account", search=True),
    ]


@who("administrator", "officer")
def bases(request: PersonRequest) -> HttpResponseBase:
    """The schools that may send files here."""
    table = Table(
        [
            *base_columns(),
            Column(
                "account__agent__seen_at",
                "Program last seen",
                kind="time",
                value=lambda base: (agent := agent_of(base)) and agent.seen_at,
            ),
            Column(
                "account__agent__version", "Version", value=lambda base: (agent := agent_of(base)) and agent.version
            ),
            Column("active", "State", kind="state", value=lambda base: "active" if base.active else "not active"),
        ],
        Base.objects.visible_to(request.user)
        .with_dfe_number()
        .with_licence(Licensing())
        .select_related("account__agent"),
        request,
        name="bases",
        noun=("base", "bases"),
        prepare=add_groups,
        empty=NotYet("No bases yet. A base is a school that may send files here.", "Add a base", reverse("add-base")),
    )
    return table.response("authority_bases/bases.html")


@who("administrator", "officer")
def base(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Base.objects.visible_to(request.user).select_related("account__agent"), pk=pk)
    licensing = Licensing()
    context = {
        "base": found,
        "sharing": found.account.bases.exclude(pk=found.pk),
        "licence": licensing.of(found),
        "out_of_county": not licensing.is_own(found),
        "agent": agent_of(found),
        "parts": parts_of(request, found),
        "code": ConnectionCode.objects.visible_to(request.user).filter(account=found.account).order_by("-pk").first(),
    }
    return render(request, "authority_bases/base.html", context)


@who("administrator", "officer")
@sensitive_post_parameters("password")
def add(request: PersonRequest) -> HttpResponseBase:
    form = AddBaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        details = {name: given[name] for name in ("la", "number", "name", "phase", "notes", "licensed")}
        try:
            if given["account"]:
                made, password = add_base(**details, account=given["account"], by=request.user, request=request), ""
            else:
                made, password = create_base_with_account(
                    **details,
                    **{name: given[name] for name in ("user", "email", "password", "by_code")},
                    by=request.user,
                    request=request,
                )
        except BaseRefused as refused:
            form.add_error(None, str(refused))
        else:
            _warn_of_unlisted(request, made)
            if given["by_code"] and not given["account"]:
                batch = make_codes([made.account], words=str(made), by=request.user, request=request)
                return redirect("code-batch", batch.pk)
            if not password:
                return redirect("base", made.pk)
            return _show_password_once(request, made, password)
    return render(request, "authority_bases/add_base.html", {"form": form}, status=_status(form))


@who("administrator", "officer")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
    form = BaseForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_base(found, form.Meta.fields, changed=form.changed_data, by=request.user, request=request)
        except GroupRefused as refused:
            form.add_error(None, str(refused))
        else:
            _warn_of_unlisted(request, found)
            messages.success(request, "Saved.")
            return redirect("base", found.pk)
    return render(request, "authority_bases/edit_base.html", {"form": form, "base": found}, status=_status(form))


@who("administrator", "officer")
@sensitive_post_parameters("password")
def new_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Base.objects.visible_to(request.user).select_related("account"), pk=pk)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = give_new_password(
                found.account, password=form.cleaned_data["password"], by=request.user, request=request
            )
        except ValidationError as error:
            form.add_error("password", error)
        else:
            return _show_password_once(request, found, password)
    return render(request, "authority_bases/new_password.html", {"form": form, "base": found}, status=_status(form))


@who("administrator", "officer")
def administration(request: PersonRequest) -> HttpResponseBase:
    """What is set for the whole site. The authority's own details are an administrator's; the pages, each one's own."""
    sets = request.user.role == "administrator"
    if request.method == "POST" and not sets:
        raise PermissionDenied
    preferences: dict[str, Preference[Any]] = {
        "number": LA_NUMBER,
        "name": LA_NAME,
        "contact": LA_CONTACT,
        "password_days": PASSWORD_DAYS,
        "code_days": CODE_DAYS,
        "warning_days": EXPIRY_WARNING_DAYS,
        "silent_days": SILENT_DAYS,
        "maintenance_until": MAINTENANCE_UNTIL,
    }
    form = AuthorityForm(
        request.POST or None, initial={name: preference.get() for name, preference in preferences.items()}
    )
    if request.method == "POST" and form.is_valid():
        for name, preference in preferences.items():
            preference.set(form.cleaned_data[name], by=request.user, request=request)
        messages.success(request, "Saved.")
        return redirect("administration")
    addresses = [(reverse(name), label, words) for name, label, words in _PAGES]
    pages = [one for one in addresses if may_open(request.user, resolve(one[0]).func)]
    context = {"form": form if sets else None, "pages": pages}
    return render(request, "authority_bases/administration.html", context, status=_status(form))


_PAGES = (
    ("users", "Users", "who may sign in, and what each may do"),
    ("rule-sets", "Processing rules", "what becomes of values that differ, school by school"),
    ("system-defaults", "System Defaults", "by what pupils are recognised"),
    ("address-list", "Address list", "which addresses are taken"),
    ("first-load", "First load", "pupils that another system holds"),
    ("school-systems", "School systems", "APIs that schools are collected through"),
    ("school-program", "School program", "what schools download and install"),
    ("staff-changes", "Changes to staff records", "when they are sent to schools"),
    ("licences", "Licences", "which schools’ files are taken"),
    ("expiring", "What ends soon", "passwords, codes, certificates, keys"),
    ("receipt-keys", "Receipt keys", "what receipts are signed with"),
    ("alerts", "Alerts", "who is told what by mail"),
    ("retention", "Retention", "what is kept for how long"),
    ("backups", "Backups", "where and when they are made"),
    ("system", "System", "whether this site and its machine are well"),
    ("audit", "Audit", "who did what"),
)
"""The pages behind *Administration*: name, title, and what for."""


def _status(form: BaseForm | NewPasswordForm | AuthorityForm) -> int:
    return 422 if form.errors else 200


def _show_password_once(request: PersonRequest, base: Base, password: str) -> HttpResponseBase:
    context = {"base": base, "password": password, "address": settings.SCHOOLGATE_URL}
    answer = render(request, "authority_bases/password_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _warn_of_unlisted(request: PersonRequest, base: Base) -> None:
    if base.la not in la_numbers():
        messages.warning(request, f"LA {base.la} is in no list of authorities known here. Is the number right?")

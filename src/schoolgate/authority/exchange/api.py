"""The calls of the exchange API, version 1 (DESIGN 8)."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from schoolgate import __version__
from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME, LA_NUMBER, maintenance_until
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.body import plain_body
from schoolgate.authority.exchange.door import OLDEST_CLIENT, calls, read_texts, refuse_in_maintenance
from schoolgate.authority.exchange.joining import join
from schoolgate.authority.exchange.keys import published_keys
from schoolgate.authority.exchange.kinds import KINDS, FileKind
from schoolgate.authority.exchange.licences import require_a_licence
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.openapi import document
from schoolgate.authority.exchange.outcomes import outcomes_after, refusals_of, told
from schoolgate.authority.exchange.passwords import change_own_password
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.exchange.receiving import Delivery, base_of, receive
from schoolgate.authority.exchange.refusing import remember_refusal
from schoolgate.authority.exchange.tokens import account_of, give_token, password_expires
from schoolgate.commons.accounts.former_passwords import former_password_until
from schoolgate.commons.accounts.models import User
from schoolgate.commons.programs.door import rfc3339

_DIGEST = re.compile(r"[0-9a-f]{64}")


def _service(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(
        {
            "service": "schoolgate-exchange",
            "version": __version__,
            "versions": ["v1"],
            "la": LA_NUMBER.get(),
            "name": LA_NAME.get(),
            "clock": rfc3339(timezone.now()),
            "limits": {"file_bytes": settings.SCHOOLGATE_MAX_FILE_BYTES},
            "oldest_client": OLDEST_CLIENT,
            "maintenance_until": _time_or_none(maintenance_until()),
        }
    )


def _keys(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(published_keys(), content_type="application/jwk-set+json")


def _openapi(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(document(settings.SCHOOLGATE_URL))


def _token(request: WSGIRequest) -> HttpResponse:
    username, password = read_texts(request, "user", "password")
    refuse_in_maintenance()
    account, token, ends = give_token(request, username, password)
    return JsonResponse(
        {
            "token": token,
            "expires": rfc3339(ends),
            "password_expires": _time_or_none(password_expires(account)),
            "bases": _bases(account, only_licensed=True),
        }
    )


def _join(request: WSGIRequest) -> HttpResponse:
    code, caller = read_texts(request, "code", optional="request")
    refuse_in_maintenance()
    joined = join(request, code, caller)
    return JsonResponse(
        {
            "user": joined.account.username,
            "password": joined.password,
            "password_expires": _time_or_none(password_expires(joined.account)),
            "bases": _bases(joined.account, named=True),
            "authority": _authority(),
        }
    )


def _password(request: WSGIRequest) -> HttpResponse:
    username, password, new_password = read_texts(request, "user", "password", "new_password")
    refuse_in_maintenance()
    account = change_own_password(request, username, password, new_password)
    return JsonResponse(
        {
            "password_expires": _time_or_none(password_expires(account)),
            "old_password_until": _time_or_none(former_password_until(account)),
        }
    )


def _whoami(request: WSGIRequest) -> HttpResponse:
    account = account_of(request)
    require_a_licence(account)
    return JsonResponse(
        {"user": account.username, "bases": _bases(account, named=True), "authority": _authority()},
    )


def _put_file(request: WSGIRequest, kind: str, sha256: str, name: str) -> HttpResponse:
    refuse_in_maintenance()
    account = account_of(request)
    file_kind = _kind(kind)
    try:
        base = base_of(Base.objects.open_to(account), file_kind, name)
        if not _DIGEST.fullmatch(sha256):
            raise ApiProblem("digest-malformed")
        delivery = Delivery(account=account, base=base, kind=file_kind, name=name, sha256=sha256)
        known = delivery.find()
        if known is not None:
            return JsonResponse(told(known))
        file, new = receive(delivery, plain_body(request, settings.SCHOOLGATE_MAX_FILE_BYTES))
    except ApiProblem as problem:
        if problem.refusal.status < 500 or problem.code == "no-space":
            remember_refusal(account, file_kind, name, sha256, problem.code)
        raise
    return JsonResponse(told(file), status=201 if new else 200)


def _get_file(request: WSGIRequest, kind: str, sha256: str, name: str) -> HttpResponse:
    account = account_of(request)
    sent_from = _kind(kind).sent_from(name)
    if sent_from is None or not _DIGEST.fullmatch(sha256):
        raise ApiProblem("unknown-file")
    file = (
        ReceivedFile.objects.of_account(account)
        .filter(base__la=sent_from.la, base__number=sent_from.school, kind=kind, name=name, sha256=sha256)
        .select_related("base", "its_import__job")
        .first()
    )
    if file is None:
        raise ApiProblem("unknown-file")
    return JsonResponse({**told(file), "refusals": refusals_of(file, request.GET.get("after", ""))})


def _outcomes(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(outcomes_after(account_of(request), request.GET.get("after", "")))


def _outbox(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(outbox.outbox_after(account_of(request), request.GET.get("after", "")))


def _entry(request: WSGIRequest, entry: int) -> HttpResponse:
    return JsonResponse(outbox.told(outbox.entry_of(account_of(request), entry)))


def _collected(request: WSGIRequest, entry: int) -> HttpResponse:
    return JsonResponse(outbox.told(outbox.collected(account_of(request), entry)))


def _entry_file(request: WSGIRequest, entry: int) -> HttpResponse:
    file, packed = outbox.packed_file(account_of(request), entry)
    # The digest is of the plain XML, as everywhere in this API: the same bytes may be packed otherwise another day.
    headers = {"Schoolgate-SHA256": file.sha256}
    return HttpResponse(packed, content_type="application/gzip", headers=headers)


def _kind(name: str) -> FileKind:
    if name not in KINDS:
        raise ApiProblem("unknown-address")
    return KINDS[name]


def _bases(account: User, *, named: bool = False, only_licensed: bool = False) -> list[dict[str, Any]]:
    licensing = Licensing()
    told_of = [(base, licensing.of(base)) for base in Base.objects.open_to(account)]
    return [
        {
            "la": base.la,
            "school": base.number,
            "kinds": sorted(KINDS),
            "licence": licence,
            **({"name": base.name} if named else {}),
        }
        for base, licence in told_of
        if licence or not only_licensed
    ]


def _authority() -> dict[str, str]:
    return {"la": LA_NUMBER.get(), "name": LA_NAME.get(), "contact": LA_CONTACT.get()}


def _time_or_none(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


service = calls(GET=_service, any_client=True)
keys = calls(GET=_keys, any_client=True)
openapi = calls(GET=_openapi, any_client=True)
token = calls(POST=_token)
join_call = calls(POST=_join)
password = calls(POST=_password)
whoami = calls(GET=_whoami)
file = calls(PUT=_put_file, GET=_get_file)
outcomes = calls(GET=_outcomes)
outbox_call = calls(GET=_outbox)
entry_call = calls(GET=_entry)
entry_file_call = calls(GET=_entry_file)
collected_call = calls(POST=_collected)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's page for 400, in the API's own form."""
    return ApiProblem("bad-request").answer()


def unknown_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's page for 404, in the API's own form."""
    return ApiProblem("unknown-address").answer()


def internal_error(request: HttpRequest) -> HttpResponse:
    """Django's page for 500, in the API's own form."""
    return ApiProblem("internal-error").answer()

"""Web services of suppliers and portals: their addresses and logins, and who sells through them (reference 1, 2)."""

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.line_out import extra_ca_file, shared_transport
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.models import OrderMethod, Supplier, WebService
from schoolgate.wire.http import AddressRefused
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.contract import Version
from schoolgate.wire.soap.errors import CaFileUnusable
from schoolgate.wire.typed_addresses import read_address

CHANGEABLE = ("name", "url", "username", "soap_version", "history_method", "safe_to_repeat")

NO_TROUBLE: Mapping[str, Any] = {"trouble": "", "said": "", "trouble_since": None}
_CALLED_WITH = ("url", "username", "soap_version")
_OPERATION = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def save_service(
    service: WebService,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    password: str = "",
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Add a web service, or change one; False: nothing was other than before.

    `values` are some of CHANGEABLE, `seen` what the person saw. A `password` that is given is the service's latest
    word: what was known before is forgotten. An address that ends in ?WSDL is taken without it. Raises SetUpRefused
    with what is wrong at which field, and ChangedMeanwhile.
    """
    wanted = {name: getattr(service, name) for name in CHANGEABLE}
    wanted |= {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    wanted["url"] = re.sub(r"\?wsdl\Z", "", wanted["url"], flags=re.IGNORECASE)
    called_with = {name: getattr(service, name) for name in _CALLED_WITH}
    faults = _faults(service, wanted)
    if not (service.pk or password):
        faults["password"] = "Enter the password."  # noqa: S105  a sentence, no secret
    if faults:
        raise SetUpRefused(faults)
    with transaction.atomic():
        changed = changing.save(service, wanted, what="web service", seen=seen, by=by, request=request)
        if password:
            _take_password(service, password, by=by, request=request)
        if password or called_with != {name: wanted[name] for name in _CALLED_WITH}:
            WebService.objects.filter(pk=service.pk).update(**NO_TROUBLE)
        if changed or password:
            _sign(service, by)
    return changed or bool(password)


def held(service: WebService) -> WebService:
    """The service as it stands now, held until the transaction ends."""
    found: WebService = WebService.objects.select_for_update(no_key=True).get(pk=service.pk)
    return found


def link_suppliers(
    service: WebService, suppliers: Collection[Supplier], *, by: User | None, request: HttpRequest | None = None
) -> None:
    """Have these suppliers, and no others, sell through this service; one of another service's leaves that.

    Raises SetUpRefused for one that would be left without a service although it is ordered from by e-procurement.
    """
    chosen = [one.pk for one in suppliers]
    with transaction.atomic():
        held(service)
        concerned = Supplier.objects.select_for_update(no_key=True).order_by("pk")
        leaving = list(concerned.filter(web_service=service).exclude(pk__in=chosen))
        coming = list(concerned.filter(pk__in=chosen).exclude(web_service=service))
        stuck = [one.name for one in leaving if one.order_method == OrderMethod.E_PROCUREMENT]
        if stuck:
            raise SetUpRefused(
                {
                    "suppliers": f"Orders to {', '.join(stuck)} go through this service. Open the supplier, and link "
                    "another service or change the order method to Print, first."
                }
            )
        for supplier in leaving:
            changing.save(supplier, {"web_service": None}, what="supplier", by=by, request=request)
        for supplier in coming:
            changing.save(supplier, {"web_service": service}, what="supplier", by=by, request=request)


def turn_off(service: WebService, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Fetch nothing from it; its documents and orders stay. Said again, nothing changes."""
    _set_turned_off(service, off=True, by=by, request=request)


def turn_on(service: WebService, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Fetch from it again. Said again, nothing changes."""
    _set_turned_off(service, off=False, by=by, request=request)


def service_for(service: WebService, password: str = "") -> SupplierService:
    """A client of the service by this site's line out, with its password, or another one that is given.

    Raises a ServiceError: BadAddress, CaFileUnusable. Call it through `calling.call`.
    """
    try:
        transport = shared_transport()
    except OSError as error:
        raise CaFileUnusable(f"{extra_ca_file()}: {type(error).__name__}") from None
    return SupplierService(
        service.url,
        service.username,
        password or service.password,
        transport,
        version=cast("Version", service.soap_version),
        history_method=service.history_method,
    )


def _set_turned_off(service: WebService, *, off: bool, by: User | None, request: HttpRequest | None) -> None:
    with transaction.atomic():
        if changing.save(service, {"turned_off": off}, what="web service", by=by, request=request):
            _sign(service, by)


def _take_password(service: WebService, password: str, *, by: User | None, request: HttpRequest | None) -> None:
    service.password, service.former_password = password, ""
    service.password_set_at, service.password_asked_at = timezone.now(), None
    service.save(update_fields=["password", "former_password", "password_set_at", "password_asked_at"])
    record("web service's password entered", by=by, target=service.name, request=request)


def _sign(service: WebService, by: User | None) -> None:
    service.changed_at, service.changed_by = timezone.now(), by
    service.save(update_fields=["changed_at", "changed_by"])


def _faults(service: WebService, wanted: Mapping[str, Any]) -> dict[str, str]:
    faults = {}
    if not wanted["name"]:
        faults["name"] = "Enter a name, for example the supplier’s."
    elif WebService.objects.filter(name=wanted["name"]).exclude(pk=service.pk).exists():
        faults["name"] = "There is a web service of this name already."
    if not wanted["username"]:
        faults["username"] = "Enter the user name."
    try:
        read_address(wanted["url"])
    except AddressRefused as error:
        faults["url"] = f"{error.sentence} The supplier tells it; it often ends in .asmx."
    if not _OPERATION.fullmatch(wanted["history_method"]):
        faults["history_method"] = "The name of an operation is letters and digits without blanks, like FetchHistory."
    return faults

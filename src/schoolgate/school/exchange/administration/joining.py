"""An LA is joined: a connection code, or a typed user name and password, becomes an account that is kept (DESIGN 8).

What an LA answers to a code is told once, so a `Joining` is kept from before the first call until the entry and the
schools are made from it: whatever dies in between, the same code gives the account.
"""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock
from schoolgate.commons.journal.writing import write
from schoolgate.documents.la_numbers import la_name
from schoolgate.school.exchange.administration.destinations import number_problem
from schoolgate.school.exchange.administration.letters import plain_code
from schoolgate.school.exchange.connecting import address_problem
from schoolgate.school.exchange.models import Destination, Joining
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.exchange import Account, Credentials, ExchangeClient, Service
from schoolgate.wire.exchange_errors import ExchangeError, Locked, NotForYou, PasswordExpired, WrongCredentials

REQUEST_BYTES = 24
IN_ITS_LETTER = "its letter says whom"
"""An LA that was never joined has not told its contact yet; the letter with the code names it."""


class JoinRefused(Exception):
    """Why an LA could not be joined: a sentence for the person, and the `field` it is about (address, code, user,
    password).

    `code` is the wire's.
    """

    def __init__(self, sentence: str, field: str, code: str = "") -> None:
        super().__init__(sentence)
        self.field = field
        self.code = code


def join(
    address: str, code: str, http: httpx.Client, *, by: User | None, request: HttpRequest | None = None
) -> Joining:
    """Ask the LA for the account that its connection code stands for, and keep the answer. Raises JoinRefused.

    The same address and code once more, after an answer that got lost, is the same joining.
    """
    if not plain_code(code):
        raise JoinRefused("Enter the connection code from the LA’s letter.", "code")
    # Of two answers for one code only the later password works, so nobody asks while another does.
    with FileLock(Path(settings.SCHOOLGATE_HOME.folder) / "joining.lock"):
        joining = _kept(_usable(address), code)
        return joining if joining.joined_at is not None else _ask(joining, http, by, request)


def sign_in(
    address: str, user: str, password: str, http: httpx.Client, *, by: User | None, request: HttpRequest | None = None
) -> Joining:
    """As `join`, with a user name and password that the LA gave in place of a code. Raises JoinRefused."""
    credentials = Credentials(user.strip(), password)
    client = ExchangeClient(_usable(address), credentials, http, clock=timezone.now)
    try:
        service = _service(client)
        client.token()
        account = client.whoami()
    except (WrongCredentials, PasswordExpired, Locked) as error:
        raise _refused(client.address, error, "password") from None
    except NotForYou as error:
        raise _refused(client.address, error, "user") from None
    except ExchangeError as error:
        raise _refused(client.address, error, "address") from None
    return _keep(Joining(address=client.address), service, account, credentials, client.password_expires, by, request)


def current_joining() -> Joining | None:
    """The LA that is being joined: the last one that answered, else the last whose answer is not known."""
    return Joining.objects.joined().last() or Joining.objects.asked().last()


def leave(joining: Joining, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Forget it: it was not ours, or somebody enters another code. A code that was spent stays spent."""
    with transaction.atomic():
        record("joining left", by=by, target=joining.la, details=joining.user, request=request)
        joining.delete()


def _usable(address: str) -> str:
    given = address.strip().rstrip("/").removesuffix("/exchange/v1")
    wrong = address_problem(given) if given else "Enter the LA’s address from its letter."
    if wrong:
        raise JoinRefused(wrong, "address")
    return given


def _kept(address: str, code: str) -> Joining:
    """The row of this address and code, written before the LA is asked; or that of a call whose answer got lost."""
    mark = hmac.new(settings.SECRET_KEY.encode(), b"connection code " + plain_code(code).encode(), sha256).hexdigest()
    joining, _ = Joining.objects.get_or_create(
        address=address,
        mark=mark,
        defaults={"code": plain_code(code), "request": secrets.token_urlsafe(REQUEST_BYTES)},
    )
    fault_point("join.kept")
    return joining


def _ask(joining: Joining, http: httpx.Client, by: User | None, request: HttpRequest | None) -> Joining:
    client = ExchangeClient(joining.address, None, http, clock=timezone.now)
    try:
        service = _service(client)
        answer = client.join(joining.code, joining.request)
    except NotForYou as error:
        # The LA's last word on this code.
        joining.delete()
        raise _refused(joining.address, error, "code") from None
    except Locked as error:
        raise _refused(joining.address, error, "code") from None
    except ExchangeError as error:
        raise _refused(joining.address, error, "address") from None
    fault_point("join.answered")
    joined = _keep(joining, service, answer.account, answer.credentials, answer.password_expires, by, request)
    fault_point("join.stored")
    return joined


def _service(client: ExchangeClient) -> Service:
    """What is at the address, before anything is spent or told there."""
    service = client.service()
    wrong = number_problem(service.la) if service.la else "The LA’s service does not say which LA it is."
    if wrong:
        raise JoinRefused(wrong, "address")
    return service


def _keep(
    joining: Joining,
    service: Service,
    account: Account,
    credentials: Credentials,
    password_expires: datetime | None,
    by: User | None,
    request: HttpRequest | None,
) -> Joining:
    """Write the answer down, in place of the code."""
    joining.la = service.la
    joining.la_name = (account.name or service.name or la_name(service.la))[:150]
    joining.contact = account.contact[:200]
    joining.user, joining.password = credentials.user[:150], credentials.password
    joining.password_expires_at = password_expires
    joining.bases = [
        {"la": base.la, "school": base.school, "name": base.name[:150], "licensed": base.licensed}
        for base in account.bases
    ]
    joining.code, joining.joined_at = "", timezone.now()
    with transaction.atomic():
        # The same account once more: what was not confirmed then holds a password that no longer works.
        Joining.objects.joined().exclude(pk=joining.pk).filter(la=joining.la, user=joining.user).delete()
        # And the same code at another address: that one was mistyped.
        others = Joining.objects.asked().exclude(pk=joining.pk)
        others.filter(Q(address=joining.address) | Q(mark=joining.mark) & ~Q(mark="")).delete()
        joining.save()
        record("LA joined", by=by, target=joining.la, details=f"account {joining.user}", request=request)
        write("INFO", f"{joining.la_name} gave this site the account {joining.user}.", destination_la=joining.la)
    return joining


def _refused(address: str, error: ExchangeError, field: str) -> JoinRefused:
    """The wire's error in the words of this page, where nothing stands under Administration yet."""
    contact = Destination.objects.filter(address=address).values_list("contact", flat=True).first() or IN_ITS_LETTER
    remedy = naming_whom(_REMEDIES.get(error.code, error.remedy), contact)
    return JoinRefused(f"{error.sentence} {remedy}", field, error.code)


_REMEDIES = {
    "wrong-credentials": "Look at both once more, letter by letter; capital and small letters differ.",
    "password-expired": "Ask the LA for a connection code, or for a new password.",
    "locked": "It ends by itself after a quarter of an hour. Look at both once more before that.",
    "unreachable-name": "Check that the internet works here; then look at the address once more, letter by letter.",
    "unreachable-refused": "Look at the address once more. If it is right, try again later: nothing is lost.",
    "unreachable-timeout": "Check that the internet works here, then try again: nothing is lost.",
    "unreachable-reset": "Try again with the same code; that can do no harm.",
    "not-schoolgate": "Look at the address once more. If it is right, your internet filter may stand in between.",
}

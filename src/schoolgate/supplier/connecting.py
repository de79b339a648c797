"""Get connected: from the service's address to an order that came back, step by step (SCREENS, first screen)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import submit
from schoolgate.supplier.buyers.accounts import add_buyer, give_new_password
from schoolgate.supplier.models import (
    ApiKey,
    Buyer,
    Call,
    Delivery,
    Document,
    Kind,
    Order,
    PlayedSchool,
    Supplier,
    Webhook,
)
from schoolgate.supplier.models import State as DocumentState
from schoolgate.supplier.playing import Act, LookAtAddress, PlaySchool
from schoolgate.supplier.queue.composing import queue_basket

NAME, DUNS, OTHER_DUNS = "Test school", "987654321", "876543210"
LINES = (
    {"product": "PN-100", "description": "Pencils, box of 12", "quantity": 10, "unit_price": "4.55"},
    {"product": "PN-200", "description": "Paper, A4, 5 reams", "quantity": 5, "unit_price": "16.00"},
)
CALLS_SHOWN, CALLS_LOOKED_THROUGH = 5, 100
ON_THE_WAY = frozenset({State.READY, State.RUNNING})


def make_test_school(supplier: Supplier, *, by: User, request: HttpRequest | None = None) -> tuple[Buyer, str] | None:
    """Make the supplier's test school and return it with its password, for this once. None: there is one already.

    Raises BuyerRefused when its user name is taken.
    """
    with transaction.atomic():
        # Of two who press at once the second sees what the first made.
        supplier = Supplier.objects.select_for_update().get(pk=supplier.pk)
        if played_school(supplier):
            return None
        buyer, password = add_buyer(
            supplier,
            name=NAME,
            duns=DUNS if supplier.duns != DUNS else OTHER_DUNS,
            user=f"test-{supplier.duns}",
            test=True,
            by=by,
            request=request,
        )
        PlayedSchool.objects.create(buyer=buyer, password=password)
    return buyer, password


def played_school(supplier: Supplier) -> PlayedSchool | None:
    """The test school of a supplier, or None."""
    schools = PlayedSchool.objects.filter(buyer__supplier=supplier)
    return schools.select_related("buyer__account", "buyer__supplier").order_by("pk").first()


def give_test_school_new_password(school: PlayedSchool, *, by: User, request: HttpRequest | None = None) -> str:
    """Another password for the test school, and for the site that plays it: its old one was changed elsewhere."""
    with transaction.atomic():
        password = give_new_password(school.buyer, by=by, request=request)
        school.password = password
        school.save(update_fields=["password"])
    return password


def send_test_basket(school: PlayedSchool, *, by: User, request: HttpRequest | None = None) -> Document:
    """Queue the basket of the samples. Raises NotQueued where the test school is switched off, and the like."""
    buyer = school.buyer
    number = Document.objects.filter(buyer=buyer).count() + 1
    basket = {
        "reference": f"TEST-{number:04}",
        "buyer": buyer.account.username,
        "user": "j.smith",
        "lines": [{**line, "tax_code": "S", "tax_rate": 20} for line in LINES],
    }
    return queue_basket(buyer.supplier, basket, by=by, request=request, through="screen")[0]


def ask_to_look(address: str) -> Job:
    """Ask for a look at the service's own address; one that is on its way is that one."""
    on_its_way = last_look(address)
    if on_its_way and on_its_way.state in ON_THE_WAY:
        return on_its_way
    return submit(LookAtAddress.name, {"address": address})


def ask_to_play(act: Act, school: PlayedSchool, address: str, *, by: User, request: HttpRequest | None = None) -> Job:
    """Ask for an act of the test school's at the service's own address; one that is on its way is that one."""
    with transaction.atomic():
        on_its_way = last_play(school, act)
        if on_its_way and on_its_way.state in ON_THE_WAY:
            return on_its_way
        args = {"buyer": school.pk, "act": act, "address": address}
        job = submit(PlaySchool.name, args, key=f"play {school.pk}")
        record("test school played", by=by, target=school.buyer.supplier.name, details=act, request=request)
    return job


def last_look(address: str) -> Job | None:
    return Job.objects.filter(kind=LookAtAddress.name, args__address=address).order_by("-pk").first()


def last_play(school: PlayedSchool, act: Act) -> Job | None:
    return Job.objects.filter(kind=PlaySchool.name, args__buyer=school.pk, args__act=act).order_by("-pk").first()


@dataclass(frozen=True)
class Connecting:
    """How far a supplier is; each fact is looked up when it is asked for. `address` is the service's."""

    supplier: Supplier
    address: str

    @property
    def site(self) -> str:
        """The address that the API's paths follow."""
        return self.address.removesuffix(settings.SCHOOLGATE_SERVICE_PATH)

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https:")

    @cached_property
    def look(self) -> Job | None:
        return last_look(self.address)

    @cached_property
    def school(self) -> PlayedSchool | None:
        return played_school(self.supplier)

    @cached_property
    def basket(self) -> Document | None:
        """The last one for the test school."""
        if self.school is None:
            return None
        baskets = Document.objects.filter(buyer=self.school.buyer, kind=Kind.ORDER)
        return baskets.order_by("-pk").first()

    @property
    def is_imported(self) -> bool:
        return self.basket is not None and self.basket.state == DocumentState.PROCESSED

    @cached_property
    def order(self) -> Order | None:
        """The last one of the test school, where it is of the last basket."""
        if self.basket is None:
            return None
        order: Order | None = Order.objects.filter(basket=self.basket).order_by("-pk").first()
        return order

    @cached_property
    def deliveries(self) -> Sequence[Delivery]:
        """How webhooks were told of that order."""
        return list(self.order.deliveries.select_related("webhook")) if self.order else []

    @cached_property
    def importing(self) -> Job | None:
        return last_play(self.school, "import") if self.school else None

    @cached_property
    def ordering(self) -> Job | None:
        return last_play(self.school, "order") if self.school else None

    @property
    def on_the_way(self) -> bool:
        """Whether anything of it is being done now."""
        jobs = (self.look, self.importing, self.ordering)
        return any(job is not None and job.state in ON_THE_WAY for job in jobs)

    @cached_property
    def has_key(self) -> bool:
        return ApiKey.objects.filter(supplier=self.supplier, withdrawn_at=None).exists()

    @cached_property
    def webhooks(self) -> int:
        return Webhook.objects.filter(supplier=self.supplier).count()

    @cached_property
    def _calls(self) -> Sequence[Call]:
        calls = Call.objects.filter(supplier=self.supplier).select_related("buyer").defer("request", "answer")
        return list(calls[:CALLS_LOOKED_THROUGH])

    @property
    def calls(self) -> Sequence[Call]:
        """The last few."""
        return self._calls[:CALLS_SHOWN]

    @cached_property
    def called_from_outside(self) -> datetime | None:
        """When a call last came from an address of the internet: proof that the service can be reached from there."""
        return next((call.at for call in self._calls if _is_outside(call.address)), None)

    @cached_property
    def is_live(self) -> bool:
        """Whether a real school has called."""
        return Buyer.objects.filter(supplier=self.supplier, test=False, last_call_at__isnull=False).exists()

    @property
    def sample(self) -> dict[str, Any]:
        """What the samples name."""
        return {"site": self.site, "buyer": self.school.buyer.account.username if self.school else "TEST-SCHOOL"}


def _is_outside(address: str | None) -> bool:
    return bool(address) and ip_address(address or "").is_global

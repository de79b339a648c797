"""The suppliers of a service, and who works for them."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.supplier.models import Membership, Supplier

STAFF = "staff"


class SupplierRefused(Exception):
    """A supplier cannot be made or changed; the message is a sentence for the person who asked."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the row since the person saw it. Nothing was written."""


def add_supplier(name: str, duns: str, *, by: User | None, request: HttpRequest | None = None) -> Supplier:
    """Add a supplier to the service. While it is the only one, all staff work for it.

    Raises SupplierRefused when the name or the DUNS number is another's or is not well-formed.
    """
    supplier = Supplier(name=name.strip(), duns=duns.strip())
    with transaction.atomic():
        _save(supplier)
        record("supplier added", by=by, target=supplier.name, details=f"DUNS {supplier.duns}", request=request)
        if Supplier.objects.count() == 1:
            for person in User.objects.filter(role=STAFF):
                add_member(supplier, person, by=by, request=request)
    return supplier


def change_supplier(
    supplier: Supplier, *, name: str, duns: str, by: User | None, request: HttpRequest | None = None
) -> None:
    """Give a supplier another name or DUNS number; `supplier` is as the person saw it.

    Raises ChangedMeanwhile, and SupplierRefused as `add_supplier` does.
    """
    with transaction.atomic():
        row = Supplier.objects.select_for_update(of=("self",)).get(pk=supplier.pk)
        if (row.name, row.duns) != (supplier.name, supplier.duns):
            raise ChangedMeanwhile
        before, row.name, row.duns = f"{row.name}, DUNS {row.duns}", name.strip(), duns.strip()
        _save(row)
        details = f"{before} → {row.name}, DUNS {row.duns}"
        record("supplier changed", by=by, target=row.name, details=details, request=request)
    supplier.name, supplier.duns = row.name, row.duns


def add_member(supplier: Supplier, person: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a member of staff see a supplier's documents, orders and schools; said again, nothing changes."""
    with transaction.atomic():
        _, is_new = Membership.objects.get_or_create(supplier=supplier, user=person)
        if is_new:
            record("member added", by=by, target=supplier.name, details=person.username, request=request)


def remove_member(supplier: Supplier, person: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Let somebody see a supplier no longer, from the next click on; said again, nothing changes."""
    with transaction.atomic():
        if Membership.objects.filter(supplier=supplier, user=person).delete()[0]:
            record("member removed", by=by, target=supplier.name, details=person.username, request=request)


def join_only_supplier(
    *, instance: User, created: bool, update_fields: frozenset[str] | None = None, **_: object
) -> None:
    """Have somebody who becomes staff work for the supplier where there is only one; where there are several, an
    administrator says for which. It is told of each user's row that is saved (`apps`)."""
    if instance.role != STAFF or not (created or "role" in (update_fields or ())):
        return
    suppliers = list(Supplier.objects.all()[:2])
    if len(suppliers) == 1:
        add_member(suppliers[0], instance, by=None)


def _save(supplier: Supplier) -> None:
    try:
        supplier.full_clean()
        with transaction.atomic():
            supplier.save()
    except ValidationError as error:
        raise SupplierRefused(" ".join(error.messages)) from None
    except IntegrityError:
        raise SupplierRefused("There is a supplier with this name or DUNS number already.") from None

"""The LAs that files go to: adding, changing and removing them (handbook 04, "Entering LA URLs")."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.la_numbers import la_name, la_numbers
from schoolgate.school.exchange.connecting import address_problem
from schoolgate.school.exchange.folders import FolderRefused, folders_in, folders_without_root, root_folder
from schoolgate.school.exchange.models import Destination
from schoolgate.school.exchange.password_changes import heed_what_was_entered


class DestinationRefused(Exception):
    """An LA's entry that cannot be saved; the message is a sentence for the person."""


def add_destination(
    *,
    la: str,
    address: str,
    user: str = "",
    password: str = "",
    name: str = "",
    contact: str = "",
    by: User | None = None,
    request: HttpRequest | None = None,
) -> Destination:
    """Add an LA and make its folders. User name and password, both or none, are for all schools without their own.

    The password is one that the LA issued: its strength is not judged here.

    Raises DestinationRefused: no root folder yet, a number that is not one, an entry that is there, an address that
    may not be called.
    """
    destination = Destination(
        la=la, name=name or la_name(la), address=address.strip(), user=user, password=password, contact=contact
    )
    return save_destination(destination, by=by, request=request)


def save_destination(destination: Destination, *, by: User | None, request: HttpRequest | None = None) -> Destination:
    """Save a new or changed entry; what stood in its way before is forgotten. Raises DestinationRefused."""
    new = destination.pk is None
    root = root_folder()
    if root is None and not destination.not_exported:
        raise DestinationRefused("Set the root folder first; LAs come after it.")
    wrong = number_problem(destination.la) or address_problem(destination.address)
    if wrong:
        raise DestinationRefused(wrong)
    destination.forget_trouble()
    try:
        destination.full_clean()
        (folders_in(root, destination.la) if root else folders_without_root(destination)).make()
        with transaction.atomic():
            heed_what_was_entered(destination)
            destination.save()
            did = "LA added" if new else "LA changed"
            record(did, by=by, target=destination.la, details=destination.address, request=request)
    except ValidationError as error:
        raise DestinationRefused(" ".join(error.messages)) from None
    except (OSError, FolderRefused) as error:
        raise DestinationRefused(f"The folders of this LA cannot be made: {error}") from None
    return destination


def remove_destination(destination: Destination, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Remove an LA's entry. Its folders, files and receipts stay; what waits for it waits."""
    with transaction.atomic():
        record("LA removed", by=by, target=destination.la, details=destination.address, request=request)
        destination.delete()


def number_problem(la: str) -> str:
    """What is wrong with an LA's number; empty when it may be used. Withdrawn and unlisted numbers may."""
    listed = la_numbers().get(la)
    if listed is not None and (
        listed.status == "letters" or (listed.status == "sample" and not settings.SCHOOLGATE_DEMO)
    ):
        return f"{la} is no LA's number: it stands in samples only."
    return ""

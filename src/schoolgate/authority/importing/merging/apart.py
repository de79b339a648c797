"""A person says of two held pupils who look like one child that they are two, or takes that back."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


def say_two_children(one: int, other: int, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Show this pair no more among possible duplicates; said again it changes nothing.

    Raises Gone where either is not held, or may not be seen by who says so.
    """
    _note(one, other, "two children, not one", by, request, _say)


def take_back(one: int, other: int, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Let the pair be shown again. Raises as `say_two_children`."""
    _note(one, other, "two children, taken back", by, request, _unsay)


def _say(said: dict[str, Any], by: User | None) -> bool:
    return TwoChildren.objects.get_or_create(**said, defaults={"by": by})[1]


def _unsay(said: dict[str, Any], by: User | None) -> bool:
    return bool(TwoChildren.objects.filter(**said).delete()[0])


def _note(
    one: int,
    other: int,
    did: str,
    by: User | None,
    request: HttpRequest | None,
    act: Callable[[dict[str, Any], User | None], bool],
) -> None:
    with transaction.atomic():
        shown = Pupil.people.select_for_update(of=("self",)).filter(pk__in=[one, other]).order_by("pk")
        pupils = list(shown.shown_to(by))
        if len(pupils) < 2:
            raise Gone
        first, second = pupils
        if act({"one": first, "other": second}, by):
            for of, beside in ((first, second), (second, first)):
                target = about(of)
                record(did, by=by, target=target, details=f"beside {about(beside)}", about=target, request=request)

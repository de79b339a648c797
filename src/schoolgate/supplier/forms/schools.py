"""Which school a document is for."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.models import Buyer, Supplier

MOST_CHOICES = 200
"""A longer list nobody looks through: there the school is typed."""


class ChosenSchool(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Chosen from the list of all; `by_supplier` names whose each is."""

    def __init__(self, buyers: QuerySet[Buyer], *, by_supplier: bool) -> None:
        super().__init__(
            buyers,
            label="School",
            empty_label="Choose a school",
            error_messages={
                "required": "Choose the school.",
                "invalid_choice": "This school is not there any more. Choose one from the list.",
            },
        )
        self._by_supplier = by_supplier

    def label_from_instance(self, obj: Any) -> str:
        whose = f", {obj.supplier.name}" if self._by_supplier else ""
        return f"{obj.name} ({obj.account.username}){whose}"


class TypedSchool(forms.CharField):
    """Typed: its user name, account number, DUNS number or name in full."""

    def __init__(self, buyers: QuerySet[Buyer]) -> None:
        super().__init__(
            label="School",
            help_text="Its user name, account number, DUNS number or whole name.",
            error_messages={"required": "Type which school."},
        )
        self._buyers = buyers

    def prepare_value(self, value: Any) -> Any:
        return value.account.username if isinstance(value, Buyer) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        wanted = Q(account__username=text) | Q(account_number=text) | Q(duns=text) | Q(name__iexact=text)
        found = list(self._buyers.filter(wanted)[:2])
        if not found:
            raise forms.ValidationError("No school of yours is called so, nor has this number.")
        if len(found) > 1:
            raise forms.ValidationError("More than one school is meant by that. Type its user name.")
        return found[0]


def school_field(user: User) -> "ChosenSchool | TypedSchool":
    """The field for a school that this person may see."""
    buyers = Buyer.objects.visible_to(user).filter(account__is_active=True).select_related("account", "supplier")
    if buyers.count() > MOST_CHOICES:
        return TypedSchool(buyers)
    return ChosenSchool(buyers, by_supplier=Supplier.objects.visible_to(user).count() > 1)


def asked_school(user: User, key: str) -> Buyer | None:
    """The school that a link asks for by its row's key, where this person may see it."""
    wanted = Buyer.objects.visible_to(user).select_related("account")
    found: Buyer | None = wanted.filter(pk=int(key)).first() if key.isascii() and key.isdigit() else None
    return found

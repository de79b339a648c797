"""How commands name a supplier, a school and a document."""

from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import WrongCall

if TYPE_CHECKING:
    from schoolgate.supplier.models import Buyer, Document, Order, Supplier

supplier_option = click.option("--supplier", "duns", help="The supplier's DUNS number; needed where there are several.")


def chosen_supplier(duns: str | None) -> "Supplier":
    """The supplier with this DUNS number, or the only one there is. Raises WrongCall."""
    from schoolgate.supplier.models import Supplier

    suppliers = list(Supplier.objects.filter(duns=duns) if duns else Supplier.objects.all()[:2])
    if len(suppliers) == 1:
        return suppliers[0]
    if duns:
        raise WrongCall(f"There is no supplier with the DUNS number {duns}.")
    if suppliers:
        raise WrongCall("There are several suppliers: say which with --supplier DUNS.")
    raise WrongCall("There is no supplier yet. Add one: schoolgate supplier suppliers add --name NAME --duns DUNS")


def chosen_buyer(user: str) -> "Buyer":
    """The school whose finance system calls by this user name. Raises WrongCall."""
    from schoolgate.commons.accounts.models import User
    from schoolgate.supplier.models import Buyer

    name = User.normalize_username(user)
    buyer: Buyer | None = Buyer.objects.select_related("account", "supplier").filter(account__username=name).first()
    if buyer is None:
        raise WrongCall(f"No school has the user name '{user}'. All: schoolgate supplier buyers list")
    return buyer


def chosen_document(doc_id: str) -> "Document":
    """The document with this id. Raises WrongCall."""
    from schoolgate.supplier.models import Document

    document: Document | None = Document.objects.select_related("buyer", "supplier").filter(doc_id=doc_id).first()
    if document is None:
        raise WrongCall(f"There is no document '{doc_id}'. All: schoolgate supplier documents list")
    return document


def chosen_order(number: int) -> "Order":
    """The order that stands under this number in `orders list`. Raises WrongCall."""
    from schoolgate.supplier.models import Order

    order: Order | None = Order.objects.select_related("buyer", "supplier").filter(pk=number).first()
    if order is None:
        raise WrongCall(f"There is no order {number}. All: schoolgate supplier orders list")
    return order

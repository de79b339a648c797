"""Who sells, who buys, where it goes: Supplier, Buyer, InvoiceTo and Delivery (reference 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schoolgate.documents.ebis.elements import element, value
from schoolgate.documents.ebis.nodes import Node

PartyRole = Literal["Supplier", "Buyer", "InvoiceTo"]

# The other side's number for a party, by the party's role.
_CODE_OF = {
    "Supplier": "BuyersCodeForSupplier",
    "Buyer": "SuppliersCodeForBuyer",
    "InvoiceTo": "SuppliersCodeForInvoiceTo",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``country`` is a code as the document has it: ``GB``, or ``GBR`` outside the UK Gov profile."""

    lines: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to talk to. Of a basket's buyer ``name`` is who filled it (reference 9.1)."""

    name: str = ""
    department: str = ""
    user_id: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A supplier or a school.

    ``code`` is the other side's number for it: the school's XML reference number of a supplier, the supplier's account
    number of a school. ``duns`` is nine digits, zeros kept.
    """

    name: str
    duns: str = ""
    code: str = ""
    tax_number: str = ""
    address: Address = Address()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the goods go, and when. ``preferred`` is the day they are required by (UK Gov: never absent)."""

    name: str = ""
    code: str = ""
    address: Address = Address()
    contact: Contact = Contact()
    earliest: date | None = None
    latest: date | None = None
    preferred: date | None = None
    instructions: tuple[str, ...] = ()


NO_DELIVERY = Delivery()


def read_party(node: Node, role: PartyRole) -> Party:
    """Read a Supplier, Buyer or InvoiceTo; every part of one that is absent is empty."""
    references = node.child(f"{role}References")
    return Party(
        name=node.text("Party"),
        duns=references.text("DUNS"),
        code=references.text(_CODE_OF[role]),
        tax_number=references.text("TaxNumber"),
        address=_read_address(node.child("Address")),
        contact=_read_contact(node.child("Contact")),
    )


def party_element(party: Party, role: PartyRole) -> str:
    """Write a party under its role's name."""
    code = value(_CODE_OF[role], party.code)
    tax_number, duns = value("TaxNumber", party.tax_number), value("DUNS", party.duns)
    # The schema has the code first, but last where the invoice goes to.
    references = (tax_number, duns, code) if role == "InvoiceTo" else (code, tax_number, duns)
    return element(
        role,
        element(f"{role}References", *references),
        value("Party", party.name),
        _address_element(party.address),
        _contact_element(party.contact),
    )


def read_delivery(node: Node) -> Delivery:
    """Read a Delivery."""
    to = node.child("DeliverTo")
    return Delivery(
        name=to.text("Party"),
        code=to.child("DeliverToReferences").text("BuyersCodeForDelivery"),
        address=_read_address(to.child("Address")),
        contact=_read_contact(to.child("Contact")),
        earliest=node.day("EarliestAcceptableDate"),
        latest=node.day("LatestAcceptableDate"),
        preferred=node.day("PreferredDate"),
        instructions=node.texts("SpecialInstructions"),
    )


def delivery_element(delivery: Delivery) -> str:
    """Write a Delivery; the schema wants a name with every place to deliver to, so a nameless one is left out."""
    to = element(
        "DeliverTo",
        element("DeliverToReferences", value("BuyersCodeForDelivery", delivery.code)),
        value("Party", delivery.name),
        _address_element(delivery.address),
        _contact_element(delivery.contact),
    )
    return element(
        "Delivery",
        to if delivery.name else "",
        value("EarliestAcceptableDate", day_text(delivery.earliest)),
        value("LatestAcceptableDate", day_text(delivery.latest)),
        value("PreferredDate", day_text(delivery.preferred)),
        *(value("SpecialInstructions", text) for text in delivery.instructions),
    )


def day_text(day: date | None) -> str:
    """Write a day as YYYY-MM-DD (reference 3.1), none as empty text."""
    return day.isoformat() if day else ""


def _read_address(node: Node) -> Address:
    country = node.child("Country")
    return Address(
        lines=node.texts("AddressLine"),
        streets=node.texts("Street"),
        city=node.text("City"),
        state=node.text("State"),
        postcode=node.text("PostCode"),
        country=country.attribute("Code") or country.own_text(),
    )


def _address_element(address: Address) -> str:
    country = address.country
    return element(
        "Address",
        *(value("AddressLine", text) for text in address.lines),
        *(value("Street", text) for text in address.streets),
        value("City", address.city),
        value("State", address.state),
        value("PostCode", address.postcode),
        value("Country", "", Code=country, Codelist="UKGov-CountryCode" if len(country) == 2 else ""),
    )


def _read_contact(node: Node) -> Contact:
    return Contact(
        name=node.text("Name"),
        department=node.text("Department"),
        user_id=node.text("UserID"),
        telephone=node.text("DDI") or node.text("Switchboard"),
        email=node.text("Email"),
    )


def _contact_element(contact: Contact) -> str:
    return element(
        "Contact",
        value("Name", contact.name),
        value("Department", contact.department),
        value("UserID", contact.user_id),
        value("DDI", contact.telephone),
        value("Email", contact.email),
    )

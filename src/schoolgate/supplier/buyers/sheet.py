"""The connection sheet: what a school's bursar enters, and where, in the finance system's own order of steps.

The finance system wants the web service before the supplier can be set to order by it, identifies both sides by DUNS
numbers, and still compares an old pair of numbers (reference 2.4, 9.1; seed, "handshake"). Its menus differ by version,
so fields are named, not paths.
"""

from dataclasses import dataclass

from schoolgate.supplier.models import Buyer
from schoolgate.supplier.preferences import SERVICE_CONTACT

ELSEWHERE = "(you were given it apart from this sheet)"


@dataclass(frozen=True)
class Entry:
    """One thing to enter: the field's name in the finance system, and what goes there."""

    field: str
    value: str


@dataclass(frozen=True)
class Step:
    """One step, with what to enter in it, and a remark where one is needed."""

    title: str
    entries: tuple[Entry, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class ConnectionSheet:
    """Everything that a school needs to connect; `has_password` says that its password stands in it."""

    title: str
    steps: tuple[Step, ...]
    contact: str
    has_password: bool

    @property
    def text(self) -> str:
        """The sheet as plain text, to print or to mail."""
        lines = [self.title, "=" * len(self.title)]
        for number, step in enumerate(self.steps, 1):
            lines += ["", f"{number}. {step.title}"]
            width = max((len(entry.field) for entry in step.entries), default=0)
            lines += [f"   {entry.field:<{width}}  {entry.value}" for entry in step.entries]
            if step.remark:
                lines += [f"   {step.remark}"]
        if self.contact:
            lines += ["", f"Whom to ask: {self.contact}"]
        return "\n".join([*lines, ""])


def connection_sheet(buyer: Buyer, address: str, *, password: str = "") -> ConnectionSheet:
    """The sheet of one school; `address` is the service's, `password` is known only in the moment it was made."""
    supplier = buyer.supplier
    steps = (
        Step(
            "Add the web service",
            (
                Entry("Web service address (URL)", address),
                Entry("User name", buyer.account.username),
                Entry("Password", password or ELSEWHERE),
            ),
            "The password does not expire. You may have the finance system change it at any time.",
        ),
        Step(
            "Open your own establishment's details",
            (Entry("DUNS number", buyer.duns), Entry("System language", "en"), Entry("System currency", "GBP")),
            "Each basket names this DUNS number: a basket for another school is not imported.",
        ),
        Step(
            f"Open the supplier {supplier.name}, or add it",
            (
                Entry("DUNS number", supplier.duns),
                Entry("Account number", buyer.account_number or "(none: leave it as it is)"),
                Entry("XML reference number", supplier.duns),
                Entry("Web service", "the one of step 1"),
                Entry("Order method", "eProcurement"),
            ),
            "Link the web service first: only then can the order method be set. If your authority has an XML reference "
            "number of its own for this supplier, keep that one.",
        ),
        Step(
            "Set up templates for your buyers",
            remark="A basket names the person who filled it and, where entered, a cost centre and a ledger code for "
            "each line. By these the finance system can code its lines.",
        ),
        Step(
            "Try it",
            remark="Ask us to queue a basket for you, then import orders. It appears as an unauthorised order; when "
            "you authorise and print it, it is sent to us.",
        ),
    )
    title = f"{buyer.name}: connecting your finance system with {supplier.name}"
    return ConnectionSheet(title, steps, SERVICE_CONTACT.get(), bool(password))

"""An authorised order as a mail to its supplier: the document attached, under an identity that every repetition has.

That the mail server took it proves neither that it arrived nor that somebody read it, and SMTP has no question to ask
afterwards.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings

from schoolgate.commons.alerts.smtp import Attachment, is_set_up, send
from schoolgate.commons.web.templatetags.web import day
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Order, OrderMethod, Supplier
from schoolgate.school.purchasing.order_document import required_by

PATIENCE_SECONDS = 120
"""A server may look a mail through before it answers; of one that was not waited for nobody is sure."""

NO_MAIL_SERVER = (
    "This site has no mail server, so that no order goes by e-mail. Ask whoever runs it to set one, or print the order "
    "and post it."
)


def goes_by_mail(order: Order) -> bool:
    """Whether an order goes to its supplier by e-mail: as its basket came, else by the supplier's order method."""
    if order.came_by_id is not None:
        return False
    came_by_mail = order.document is not None and order.document.mailed
    return came_by_mail or order.supplier.order_method == OrderMethod.E_MAIL


def hindrance_of(supplier: Supplier) -> str:
    """Why no order can go to a supplier by e-mail, and what to do; "" where nothing is in the way (seed: the pair)."""
    needed = (
        ("e-mail address", supplier.email),
        ("account number", supplier.account_number),
        ("XML reference number", supplier.xml_reference_number),
    )
    lacking = " and no ".join(name for name, value in needed if not value)
    if not lacking:
        return ""
    return (
        f"The order goes by e-mail, and {supplier} has no {lacking} here: enter it on the supplier’s page. "
        "The supplier knows your order by these numbers."
    )


def why_not_now(supplier: Supplier) -> str:
    """As `hindrance_of`, and whether this site can send a mail at all."""
    return hindrance_of(supplier) or ("" if is_set_up() else NO_MAIL_SERVER)


def hand_over(order: Order, to: str, xml: bytes) -> None:
    """Hand an order's document to the mail server, which has taken it when this returns. Raises NotSent."""
    school = establishment.NAME.get()
    name = re.sub(r"[^A-Za-z0-9._-]", "-", order.number)
    send(
        to,
        f"Order {order.number} from {school}",
        _text(order, school),
        message_id=_message_id(order),
        reply_to=establishment.EMAIL.get(),
        attachment=Attachment(f"order-{name}.xml", xml, "application/xml"),
        patience_seconds=PATIENCE_SECONDS,
    )


def _text(order: Order, school: str) -> str:
    supplier, basket = order.supplier, f"Your basket: {order.reference}\n" if order.reference else ""
    return (
        f"Order {order.number} of {day(order.dated)} from {school} is attached as XML (eBIS-XML 3.09).\n\n"
        f"Your account number for us: {supplier.account_number}\n"
        f"Our reference number for you: {supplier.xml_reference_number}\n"
        f"{basket}"
        f"Gross: £{order.gross:,.2f}\n"
        f"Required by: {day(required_by(order))}\n\n"
        "If you cannot read it, or it is not for you, please answer this mail.\n"
    )


def _message_id(order: Order) -> str:
    """The same for every repetition; another once the order was changed and authorised anew."""
    host = urlsplit(settings.SCHOOLGATE_URL).hostname
    when = order.authorised_at or order.raised_at
    return f"<order.{order.pk}.{when.timestamp():.0f}@{host}>"

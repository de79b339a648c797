"""Messages as mail programs save them, with orders and other things in them."""

from email.message import EmailMessage

NAME = "order.xml"


def a_message(*orders: bytes, text: str = "Dear school,\n\nyour basket.\n", subtype: str = "xml") -> EmailMessage:
    """A message with each of these orders attached, as order.xml, order-2.xml and so on."""
    message = EmailMessage()
    message["From"], message["To"] = "Beacon Supplies <orders@beacon.example>", "office@green-abbey.example"
    message["Subject"] = "Your basket"
    message.set_content(text)
    for number, order in enumerate(orders, 1):
        name = NAME if number == 1 else f"order-{number}.xml"
        message.add_attachment(order, maintype="application", subtype=subtype, filename=name)
    return message


def a_mail(*orders: bytes, text: str = "Dear school,\n\nyour basket.\n", subtype: str = "xml") -> bytes:
    """The same, as it is saved."""
    return a_message(*orders, text=text, subtype=subtype).as_bytes()


def in_one_part(content: bytes, kind: str = "text/plain", **headers: str) -> bytes:
    """A message that is nothing but this content, as it stands there."""
    told = {"From": "orders@beacon.example", "Subject": "Your basket", "MIME-Version": "1.0", "Content-Type": kind}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in told.items()) + b"\r\n" + content

"""What a file that came by e-mail holds: orders within a message (`.eml`), or one alone (`.xml`).

What a part calls itself does not matter, and neither does how it was packed for the way: each is known by its root.
Nothing is ever decrypted, and no archive is unpacked.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from itertools import count, islice
from typing import Any
from xml.parsers import expat

from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing.mailing.texts import decoded

MOST_BYTES = 20 * 1024 * 1024
MOST_PARTS = 100
"""Of a message, those within parts counted too."""
MOST_LINES = 400_000
"""More than 20 MB have as attachments are packed; of parts within parts each line is looked at for each."""
MOST_ORDER_LINES = 9_999
"""As in a basket that this program writes; somebody waits before the screen while they are read."""
LONGEST_NAME = 200
START = 64 * 1024
"""So many bytes of XML are looked at for its root."""

WEB_SERVICE = "Or ask for its web service, which needs no e-mail."
ENCRYPTED = (
    "It is encrypted, and Schoolgate decrypts nothing: ask the supplier to send the order unencrypted. "
    "Where secrecy matters, orders go by the supplier’s web service, whose line is encrypted already."
)
SIGNED = (
    "It is wrapped in its signature (smime.p7m), so that the order within cannot be read: ask the supplier to send it "
    f"without, or with a signature beside it. {WEB_SERVICE}"
)
INVOICE = (
    "It is an invoice or credit note. These come by the supplier’s web service only: ask for it, or enter the invoice "
    "by hand."
)
NO_ORDER = f"There is no order in it: no part is XML with the root Order. Ask the supplier to attach it. {WEB_SERVICE}"
BROKEN = "It cannot be read as an e-mail message. Save the message again as .eml, or save the order from it as .xml."
NEITHER = (
    "It is neither an e-mail message nor an order in XML. In your mail program, save the message as .eml, or save the "
    "order that is attached to it as .xml."
)
TOO_LARGE = f"It is larger than {MOST_BYTES // 1024 // 1024} MB. Save the order from the message, and choose that file."
TOO_LONG = "It has more lines than any order needs. Save the order from the message, and choose that file."
TOO_MANY = f"It has more than {MOST_PARTS} parts. Save the orders from the message, and choose these files."
TOO_MANY_LINES = f"It has more than {MOST_ORDER_LINES:,} lines. Ask the supplier to send it as several orders."
EMPTY = "It is empty. Save it again from your mail program."

OTHERWISE = (
    (b"%PDF-", "It is a PDF, which people read and programs do not: ask the supplier for the order as XML."),
    (b"PK\x03\x04", "It is a zip archive. Unpack it, and choose the files within."),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "It is in Outlook’s own form (.msg). Save it again there as .eml, or as .xml.",
    ),
    (b"\x78\x9f\x3e\x22", "It is in Outlook’s own form (winmail.dat). Ask the supplier to send the order as XML."),
)
"""Forms that are none of ours, by how they begin, and what to do."""

_PGP = b"-----BEGIN PGP MESSAGE-----"
_CMS = re.compile(rb"\x30.{1,20}?\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07(?:(\x02)|[\x03\x04\x06])", re.DOTALL)
"""How S/MIME begins that is encrypted, or, in the group, signed (RFC 5652)."""
_ENCRYPTED_KINDS = (
    "multipart/encrypted",
    "application/pgp-encrypted",
    "application/x-microsoft-rpmsg-message",
)
_ENCRYPTED_FILES = (".p7m", ".pgp", ".gpg", ".rpmsg")
_XML_ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
_ORDER_LINE = re.compile(r"<(?:[\w.-]+:)?OrderLine[\s/>]")
_LONG_HEADER = re.compile(rb"(?im)(?:^|\r)content-[a-z-]+:(?:[^\r\n]|(?:\r\n|\r|\n)[ \t]){4096}")
"""The library takes minutes over the parameters of one that is megabytes long."""
_OF_A_MESSAGE = ("from", "to", "subject", "date", "received", "mime-version", "content-type")


class MailRefused(Exception):
    """Nothing can be taken from the file; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class MailedOrder:
    """An order as it came: the name of its file, its bytes without what packed them for the way, and its text."""

    name: str
    raw: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds. `told`: what is beside its orders and is not taken, in sentences."""

    orders: tuple[MailedOrder, ...]
    told: tuple[str, ...]
    is_message: bool


def read(name: str, raw: bytes) -> Contents:
    """Read a file that somebody saved from a mail program, by its content. Raises MailRefused."""
    if len(raw) > MOST_BYTES:
        raise MailRefused(TOO_LARGE)
    if not raw.strip(b"\0\t\r\n "):
        raise MailRefused(EMPTY)
    found = _judge(name, raw)
    if isinstance(found, MailedOrder):
        return Contents((found,), (), is_message=False)
    if found:
        raise MailRefused(found)
    return _read_message(raw)


def _read_message(raw: bytes) -> Contents:
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MOST_LINES:
        raise MailRefused(TOO_LONG)
    if _LONG_HEADER.search(raw):
        raise MailRefused(BROKEN)
    try:
        message = BytesParser(_few_parts()).parsebytes(raw)
        parts = list(_parts(message))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        # What the library's parser ends with on headers that nobody could send by accident.
        raise MailRefused(BROKEN) from error
    if not any(header in message for header in _OF_A_MESSAGE):
        raise MailRefused(NEITHER)
    orders = tuple(part for part in parts if isinstance(part, MailedOrder))
    told = tuple(dict.fromkeys(part for part in parts if isinstance(part, str) and part))
    if not orders:
        raise MailRefused(" ".join(told) or NO_ORDER)
    return Contents(orders, told, is_message=True)


def _few_parts() -> Callable[..., "Message[str, str]"]:
    """What makes the parts of one message, as the library's own does; one too many ends the reading."""
    made = count(1)

    def make(*args: Any, **values: Any) -> "Message[str, str]":
        if next(made) > MOST_PARTS:
            raise MailRefused(TOO_MANY)
        return Message(*args, **values)

    return make


def _parts(message: "Message[str, str]") -> Iterator[MailedOrder | str]:
    """Each part that is no frame of others: an order, why it is none, or "" where it was not meant as one."""
    number = 0
    for part in message.walk():
        kind = part.get_content_type()
        if kind in _ENCRYPTED_KINDS:
            yield ENCRYPTED
        elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            yield SIGNED if part.get_param("smime-type") in ("signed-data", "compressed-data") else ENCRYPTED
        elif not part.is_multipart():
            content = part.get_payload(decode=True)
            number += 1
            if isinstance(content, bytes):
                yield _judge(_name_of(part) or f"part {number}", content)


def _judge(name: str, content: bytes) -> MailedOrder | str:
    """An order, why these bytes are none, or "" where they are no XML and no form of which more is to be said."""
    for begins, said in OTHERWISE:
        if content.startswith(begins):
            return said
    if _PGP in content[:START]:
        return ENCRYPTED
    named_encrypted = name.casefold().endswith(_ENCRYPTED_FILES)
    if begins_cms := _CMS.match(content):
        # A signature beside what it signs is no wrap.
        signed = SIGNED if named_encrypted else ""
        return signed if begins_cms[1] else ENCRYPTED
    if named_encrypted:
        return ENCRYPTED
    try:
        text = decoded(content)
    except DocumentError as error:
        # Of other content than XML it is no wonder.
        return f"{name[:80]}: {error.message}" if content.lstrip().startswith(b"<?xml") else ""
    root = _root_of(text)
    if root == "EncryptedData" or (root == "Order" and _XML_ENCRYPTION in text):
        return ENCRYPTED
    if root == "Invoice":
        return INVOICE
    if root == "Order" and sum(1 for _ in islice(_ORDER_LINE.finditer(text), MOST_ORDER_LINES + 1)) > MOST_ORDER_LINES:
        return f"{name[:80]}: {TOO_MANY_LINES}"
    return MailedOrder(name[:LONGEST_NAME], content, text) if root == "Order" else ""


def _root_of(text: str) -> str:
    """The local name of the root of XML, however the rest is, or of the DOCTYPE before it; "" where there is none."""
    names: list[str] = []

    def meet(name: str, *_: object) -> None:
        names.append(name)
        raise _Met

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = parser.StartElementHandler = meet
    with suppress(_Met, expat.ExpatError):
        parser.Parse(text.lstrip("\ufeff \t\r\n")[:START].encode(errors="replace"), False)
    return names[0].rpartition(":")[2] if names else ""


class _Met(Exception):
    """The root was met; nothing after it is of interest."""


def _name_of(part: "Message[str, str]") -> str:
    """The name of an attachment's file, as its sender wrote it, in one line."""
    name = part.get_filename("")
    try:
        name = str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        name = str(name)
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())[:LONGEST_NAME]

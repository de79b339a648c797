"""Orders are found in whatever a mail program saves, by their root; what cannot be read is told with what to do."""

import base64
import quopri
from email import policy
from email.message import EmailMessage

import pytest
from tests.school.purchasing.letters import a_mail, a_message, in_one_part

from schoolgate.school.purchasing.mailing import reading
from schoolgate.school.purchasing.mailing.reading import Contents, MailRefused, read

ORDER = "<Order xmlns='urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01'><OrderHead/><Name>Café</Name></Order>"
UTF8 = ORDER.encode()
UTF16 = f'<?xml version="1.0" encoding="utf-16"?>{ORDER}'.encode("utf-16")
LATIN = f'<?xml version="1.0" encoding="iso-8859-1"?>{ORDER}'.encode("latin-1")
INVOICE = b"<Invoice/>"
XML_ENCRYPTED = b'<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData/></EncryptedData>'


def refusal_of(raw: bytes, name: str = "basket.eml") -> str:
    with pytest.raises(MailRefused) as refused:
        read(name, raw)
    return str(refused.value)


def names_in(contents: Contents) -> list[str]:
    return [order.name for order in contents.orders]


def test_an_attached_order_is_found_with_its_name_and_its_bytes_as_they_came() -> None:
    found = read("basket.eml", a_mail(UTF8))
    assert (names_in(found), found.orders[0].raw, found.told, found.is_message) == (["order.xml"], UTF8, (), True)


def test_an_order_alone_is_found_with_the_name_of_its_file() -> None:
    found = read("basket.xml", UTF8)
    assert (names_in(found), found.is_message) == (["basket.xml"], False)


def test_several_orders_in_one_message_are_each_its_own() -> None:
    assert names_in(read("baskets.eml", a_mail(UTF8, UTF16, LATIN))) == ["order.xml", "order-2.xml", "order-3.xml"]


@pytest.mark.parametrize("subtype", ["octet-stream", "pdf", "zip", "x-unknown"])
def test_an_order_is_known_by_its_root_whatever_its_part_calls_itself(subtype: str) -> None:
    assert len(read("basket.eml", a_mail(UTF8, subtype=subtype)).orders) == 1


@pytest.mark.parametrize("name", ["basket", "basket.txt", "basket.pdf"])
def test_a_file_is_known_by_its_content_whatever_its_name(name: str) -> None:
    assert len(read(name, UTF8).orders) == 1
    assert len(read(name, a_mail(UTF8)).orders) == 1


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("8bit", UTF8),
        ("base64", base64.encodebytes(UTF8)),
        ("quoted-printable", quopri.encodestring(UTF8)),
        ("base64", base64.encodebytes(UTF16)),
        ("base64", base64.encodebytes(LATIN)),
    ],
)
def test_an_order_that_is_the_message_itself_is_unpacked(encoding: str, content: bytes) -> None:
    found = read("basket.eml", in_one_part(content, Content_Transfer_Encoding=encoding))
    assert [order.text.count("Café") for order in found.orders] == [1]


def test_an_order_that_declares_utf_16_and_is_utf_8_is_read_as_what_it_is() -> None:
    raw = f'<?xml version="1.0" encoding="utf-16"?>{ORDER}'.encode()
    (order,) = read("basket.xml", raw).orders
    assert ("Café" in order.text, order.raw) == (True, raw)


def test_an_order_in_a_message_that_was_passed_on_is_found() -> None:
    outer = EmailMessage()
    outer["Subject"] = "Fw: your basket"
    outer.set_content("See below.")
    outer.add_attachment(a_message(UTF8))
    assert names_in(read("forwarded.eml", outer.as_bytes())) == ["order.xml"]


def test_a_message_with_a_signature_beside_the_order_is_read() -> None:
    signed = EmailMessage()
    signed["Subject"] = "Your basket"
    signed["MIME-Version"] = "1.0"
    signed.set_type("multipart/signed")
    signed.set_param("protocol", "application/pkcs7-signature")
    signed.attach(a_message(UTF8))
    signature = EmailMessage()
    signature.set_content(b"made up", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    signed.attach(signature)
    assert names_in(read("signed.eml", signed.as_bytes())) == ["order.xml"]


def test_the_name_of_an_attachment_may_be_in_any_letters() -> None:
    message = EmailMessage()
    message["Subject"] = "Your basket"
    message.set_content("Text.")
    message.add_attachment(UTF8, maintype="text", subtype="xml", filename="Schülerheft\nš.xml".replace("\n", " "))
    assert names_in(read("basket.eml", message.as_bytes())) == ["Schülerheft š.xml"]
    old = in_one_part(UTF8, Content_Disposition='attachment; filename="=?iso-8859-1?Q?Sch=FCler.xml?="')
    assert names_in(read("basket.eml", old)) == ["Schüler.xml"]


def test_a_message_without_an_order_says_so() -> None:
    assert refusal_of(a_mail()) == reading.NO_ORDER
    assert refusal_of(in_one_part(b"<!DOCTYPE html><html><body>Order</body></html>", "text/html")) == reading.NO_ORDER


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"%PDF-1.7 ...", "It is a PDF"),
        (b"PK\x03\x04...", "It is a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", ".msg"),
        (b"Hello, here is your order.", "neither an e-mail message nor an order"),
        (b"", "It is empty"),
        (b"\0 \r\n", "It is empty"),
        (INVOICE, "It is an invoice or credit note"),
        (b"<html><body>Order</body></html>", "neither an e-mail message nor an order"),
        (b'<?xml version="1.0" encoding="EBCDIC"?><Order/>', "written in EBCDIC"),
    ],
)
def test_what_is_no_message_and_no_order_is_told_with_what_to_do(raw: bytes, said: str) -> None:
    assert said in refusal_of(raw)
    if raw.startswith((b"%", b"PK", b"\xd0")):
        assert said in refusal_of(a_mail(raw))


def smime(kind: str, smime_type: str = "", *, name: str = "smime.p7m", content: bytes = b"0II") -> bytes:
    packed = base64.b64encode(content)
    return in_one_part(packed, f"{kind}; name={name}{smime_type}", Content_Transfer_Encoding="base64")


def cms(kind: int) -> bytes:
    """How S/MIME content of a kind begins: 2 is signed, 3 encrypted (RFC 5652)."""
    return bytes.fromhex("3082 0100 0609 2a864886f70d0107") + bytes([kind]) + bytes(40)


@pytest.mark.parametrize(
    "raw",
    [
        smime("application/pkcs7-mime", "; smime-type=enveloped-data"),
        smime("application/pkcs7-mime", "; smime-type=authenveloped-data"),
        smime("application/x-pkcs7-mime"),
        smime("application/octet-stream"),
        smime("application/octet-stream", name="smime.dat", content=cms(3)),
        cms(3),
        smime("application/octet-stream", name="order.xml.gpg", content=b"\x85\x01\x0c"),
        smime("application/octet-stream", name="order.pgp", content=b"\x85\x01\x0c"),
        smime("application/x-microsoft-rpmsg-message", name="message.rpmsg", content=b"\x76\xe8\x04\x60"),
        in_one_part(
            b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n",
            'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
        ),
        in_one_part(b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"),
        a_mail(XML_ENCRYPTED),
        XML_ENCRYPTED,
        b'<Order><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></Order>',
    ],
)
def test_an_encrypted_message_is_recognised_and_refused_with_the_reason(raw: bytes) -> None:
    assert refusal_of(raw) == reading.ENCRYPTED


def test_a_message_that_is_wrapped_in_its_signature_is_refused_with_the_reason() -> None:
    assert refusal_of(smime("application/pkcs7-mime", "; smime-type=signed-data")) == reading.SIGNED
    assert refusal_of(smime("application/octet-stream", content=cms(2))) == reading.SIGNED


def test_a_real_signature_beside_the_order_is_nothing_to_tell_of() -> None:
    message = a_message(UTF8)
    message.add_attachment(cms(2), maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    found = read("basket.eml", message.as_bytes())
    assert (names_in(found), found.told) == (["order.xml"], ())


def test_what_is_beside_an_order_and_is_not_taken_is_told() -> None:
    found = read("basket.eml", a_mail(UTF8, INVOICE, b"%PDF-1.7"))
    assert names_in(found) == ["order.xml"]
    assert [told[:13] for told in found.told] == [reading.INVOICE[:13], "It is a PDF, "]


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    assert refusal_of(b"x" * 101) == reading.TOO_LARGE


def nested(depth: int) -> bytes:
    text = b"Content-Type: text/plain\r\n\r\nend\r\n"
    for level in range(depth):
        mark = f"b{level}".encode()
        text = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b\r\n--%b--\r\n" % (mark, mark, text, mark)
    return text


@pytest.mark.parametrize("line", ["<OrderLine/>", "<b:OrderLine>", "<OrderLine\n>"])
def test_an_order_of_too_many_lines_is_not_taken(line: str) -> None:
    assert reading.TOO_MANY_LINES in refusal_of(f"<Order>{line * 10_000}</Order>".encode(), "order.xml")
    assert names_in(read("order.xml", f"<Order>{line * 9_999}</Order>".encode())) == ["order.xml"]


def test_a_message_of_too_many_parts_is_not_read() -> None:
    assert refusal_of(nested(101)) == reading.TOO_MANY
    assert refusal_of(a_mail(*[UTF8] * 101)) == reading.TOO_MANY


def test_messages_within_messages_without_end_are_not_read() -> None:
    assert refusal_of(b"Content-Type: message/rfc822\r\n\r\n" * 5_000) == reading.TOO_MANY
    flat = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 500
    assert refusal_of(flat) == reading.TOO_MANY


def test_a_message_of_too_many_lines_is_not_read() -> None:
    assert refusal_of(in_one_part(b"\n" * (2 * reading.MOST_LINES + 1))) == reading.TOO_LONG


@pytest.mark.parametrize("fold", [b"", b"\r\n ", b"\n\t", b"\r "])
def test_a_header_that_takes_minutes_to_read_is_not_read(fold: bytes) -> None:
    parameters = b"; ".join(b"x%d=%by" % (number, fold) for number in range(200_000))
    assert refusal_of(b"Subject: a\r\ncontent-type: text/plain; " + parameters + b"\r\n\r\ntext") == reading.BROKEN


def test_a_doctype_is_seen_and_nothing_of_it_is_done() -> None:
    bomb = b'<!DOCTYPE Order [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Order>&b;</Order>'
    (order,) = read("bomb.xml", bomb).orders
    assert order.raw == bomb


def test_every_way_of_writing_a_message_down_is_read() -> None:
    message = a_message(UTF8)
    for how in (policy.SMTP, policy.SMTPUTF8, policy.compat32):
        assert len(read("basket.eml", message.as_bytes(policy=how)).orders) == 1

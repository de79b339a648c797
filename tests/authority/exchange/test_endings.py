"""What ends, in one list; told once in the journal, and on the first page until it is mended."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.accounts import create_base_with_account, give_new_password
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.la import EXPIRY_WARNING_DAYS, PASSWORD_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.certificates import look_at_own_certificate
from schoolgate.authority.exchange.endings import Ending, look, tell_what_ends
from schoolgate.authority.exchange.keys import current_key
from schoolgate.authority.exchange.models import OwnCertificate, ToldEnding
from schoolgate.authority.exchange.today import look_at_today
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.models import JournalLine
from schoolgate.sites.configuration import read_configuration

MakeCertificate = Callable[..., Path]


def in_days(days: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days))


def listed() -> dict[str, Ending]:
    return {ending.kind: ending for ending in look()}


def to_do() -> str:
    return " ".join(one.text for one in look_at_today(User()).to_do)


@pytest.fixture
def make_certificate(tmp_path: Path) -> MakeCertificate:
    """A self-signed certificate and its key in one PEM file, for this machine."""

    def make(name: str = "localhost", days: float = 90) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(called)
            .issuer_name(called)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return path

    return make


@pytest.fixture
def tls_server() -> Iterator[Callable[[Path], int]]:
    """A server on loopback that shows a certificate to each who calls, and says nothing; returns its port."""
    import socket

    listeners: list[socket.socket] = []

    def start(certificate: Path) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(line, server_side=True).close()
                except OSError:
                    line.close()

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_passwords_that_never_expire_are_not_listed(green_abbey: Base) -> None:
    assert look() == []


def test_a_password_is_listed_with_its_end_and_its_school(green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    ending = listed()["password"]
    set_at = green_abbey.account.password_set_at
    assert set_at is not None
    assert (ending.ends, ending.state) == (set_at + timedelta(days=90), "fine")
    assert (ending.what, ending.note) == ("Password of 8204321", "Green Abbey Primary School (820 4321)")
    assert ending.address == reverse("base", args=[green_abbey.pk])


@pytest.mark.parametrize(("days", "state"), [(75, "fine"), (77, "ends soon"), (91, "ended")])
def test_a_password_ends_soon_within_fourteen_days(green_abbey: Base, days: int, state: str) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with in_days(days):
        assert listed()["password"].state == state


def test_how_long_before_is_a_preference(green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    EXPIRY_WARNING_DAYS.set(3, by=None)
    with in_days(80):
        assert listed()["password"].state == "fine"


def test_the_first_page_tells_of_an_ending_password_until_there_is_another(
    green_abbey: Base, administrator: User
) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with in_days(80):
        assert "Password of 8204321 ends on" in to_do()
        give_new_password(green_abbey.account, by=administrator)
        assert "Password" not in to_do()


def test_the_first_page_counts_many_and_names_the_first(green_abbey: Base, oak_lane: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with in_days(95):
        assert "2 passwords, codes or certificates have ended or end soon; the first: Password of" in to_do()


def test_a_code_is_not_called_about_to_end_the_day_it_is_made(green_abbey: Base) -> None:
    make_codes([green_abbey.account], words="test", by=None)
    assert listed()["connection code"].state == "fine"
    with in_days(11):
        assert listed()["connection code"].state == "ends soon"


def test_a_code_that_ran_out_is_told_while_its_school_has_no_other_way_in(la: str, green_abbey: Base) -> None:
    hill_top = create_base_with_account(la="820", number="1001", name="Hill Top", by_code=True)[0]
    make_codes([hill_top.account, green_abbey.account], words="test", by=None)
    with in_days(20):
        assert [ending.what for ending in look()] == ["Connection code of 8201001"]
        assert "ended" in to_do()
        make_codes([hill_top.account], words="again", by=None)
        assert "code" not in to_do()


def test_a_school_that_may_not_send_any_more_is_not_listed(green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    Base.objects.update(active=False)
    assert look() == []


def test_receipt_keys_are_listed_with_their_age(la: str) -> None:
    current_key()
    with in_days(40):
        ending = listed()["receipt key"]
    assert (ending.state, ending.ends, ending.note) == ("no end", None, "in use for 40 days")


def test_the_worst_comes_first(green_abbey: Base, oak_lane: Base) -> None:
    current_key()
    PASSWORD_DAYS.set(90, by=None)
    User.objects.filter(pk=oak_lane.account.pk).update(password_set_at=timezone.now() - timedelta(days=80))
    make_codes([green_abbey.account], words="test", by=None)
    found = [(ending.kind, ending.state) for ending in look()]
    assert found == [
        ("password", "ends soon"),
        ("connection code", "fine"),
        ("password", "fine"),
        ("receipt key", "no end"),
    ]


def test_the_sites_own_certificate_is_read_as_schools_meet_it(
    la: str, settings: Any, make_certificate: MakeCertificate, tls_server: Callable[[Path], int]
) -> None:
    settings.SCHOOLGATE_URL = f"https://127.0.0.1:{tls_server(make_certificate(days=5))}"
    look_at_own_certificate()
    ending = listed()["certificate"]
    assert (ending.state, ending.note) == ("ends soon", "issued by localhost")
    assert "Certificate of https://127.0.0.1" in to_do()


def test_a_certificate_that_cannot_be_reached_is_said_and_what_was_known_stays(
    la: str, settings: Any, make_certificate: MakeCertificate, tls_server: Callable[[Path], int]
) -> None:
    import socket

    settings.SCHOOLGATE_URL = f"https://127.0.0.1:{tls_server(make_certificate(days=90))}"
    look_at_own_certificate()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    OwnCertificate.objects.update(address=f"https://127.0.0.1:{closed}")
    settings.SCHOOLGATE_URL = f"https://127.0.0.1:{closed}"
    look_at_own_certificate()
    ending = listed()["certificate"]
    assert ending.state == "fine"
    assert "could not be reached" in ending.note


def test_a_certificate_never_reached_is_not_known(la: str, settings: Any) -> None:
    settings.SCHOOLGATE_URL = "https://127.0.0.1:9"
    look_at_own_certificate()
    assert listed()["certificate"].state == "not known"


def test_a_site_without_https_has_no_certificate_to_look_at(la: str) -> None:
    OwnCertificate.objects.create(address="https://former.example", looked_at=timezone.now())
    look_at_own_certificate()
    assert not OwnCertificate.objects.exists()


def test_certificates_of_the_extra_ca_file_are_listed(
    la: str, settings: Any, make_certificate: MakeCertificate, home: Any
) -> None:
    path = make_certificate("Filter of the county", days=-1)
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(home.settings_file, {}, {"extra_ca_file": str(path)})
    ending = listed()["trusted certificate"]
    assert (ending.what, ending.state) == ("Trusted certificate Filter of the county", "ended")


def test_an_extra_ca_file_that_cannot_be_read_is_said(la: str, settings: Any, tmp_path: Path, home: Any) -> None:
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(
        home.settings_file, {}, {"extra_ca_file": str(tmp_path / "gone.pem")}
    )
    ending = listed()["trusted certificate"]
    assert (ending.state, "cannot be read" in ending.note) == ("not known", True)


def test_the_journal_tells_once_for_each_end(green_abbey: Base, administrator: User) -> None:
    PASSWORD_DAYS.set(90, by=None)
    tell_what_ends()
    assert not JournalLine.objects.exists()
    with in_days(80):
        tell_what_ends()
        tell_what_ends()
        line = JournalLine.objects.get()
        assert (line.level, line.la, line.school) == ("WARN", "820", "4321")
        give_new_password(green_abbey.account, by=administrator)
        tell_what_ends()
    with in_days(165):
        tell_what_ends()
    assert JournalLine.objects.count() == 2
    assert ToldEnding.objects.count() == 1


def test_a_death_while_it_is_told_tells_nothing_twice(green_abbey: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise RuntimeError

    PASSWORD_DAYS.set(90, by=None)
    with in_days(80):
        with monkeypatch.context() as dying:
            dying.setattr(QuerySet, "bulk_create", die)
            with pytest.raises(RuntimeError):
                tell_what_ends()
        tell_what_ends()
    assert JournalLine.objects.count() == 1


def test_the_journal_tells_of_many_in_one_line(la: str) -> None:
    PASSWORD_DAYS.set(90, by=None)
    for number in range(1001, 1008):
        create_base_with_account(la="820", number=str(number), name=f"School {number}")
    with in_days(80):
        tell_what_ends()
        tell_what_ends()
    assert "7 passwords of exchange accounts" in JournalLine.objects.get().message


def test_the_page_lists_what_ends_for_officers_too(as_officer: Client, green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    shown = str(as_officer.get(reverse("expiring")).content, "utf-8")
    assert "Password of 8204321" in shown


def test_the_page_says_when_nothing_ends(as_officer: Client, la: str) -> None:
    assert "Nothing here ends" in str(as_officer.get(reverse("expiring")).content, "utf-8")

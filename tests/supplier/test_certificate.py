"""When the service's certificate ends: looked at as schools meet it, told on the first page before it is too late."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.tls import DAY, CertificateAuthority

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.models import Job, State
from schoolgate.supplier.certificate import LookAtCertificate, ask_for_a_look, look, own_certificate
from schoolgate.supplier.today import look_at_today


@contextmanager
def showing(context: ssl.SSLContext) -> Iterator[str]:
    """A server on loopback that shows its certificate to whoever calls, and says nothing; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                line, _ = listener.accept()
                with line, suppress(OSError):
                    context.wrap_socket(line, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)


def known(settings: Any, **ends: float) -> None:
    """A look has seen a certificate of 90 days that ends then."""
    now = timezone.now()
    end = now + timedelta(**ends)
    result = {"address": settings.SCHOOLGATE_URL, "begins": (end - 90 * DAY).isoformat(), "ends": end.isoformat()}
    Job.objects.create(kind=LookAtCertificate.name, state=State.DONE, result=result)


def told(reader: User) -> list[str]:
    return [one.text for one in look_at_today(reader).to_do if "certificate" in one.text]


def test_a_certificate_is_seen_as_it_is_whether_it_is_trusted_or_not(tmp_path: Path) -> None:
    stranger = CertificateAuthority.make(tmp_path, "Nobody's CA")
    with showing(stranger.serving("127.0.0.1", ends=5 * DAY)) as address:
        found = look(address)
    assert found is not None
    assert found["address"] == address
    assert found["begins"] < timezone.now().isoformat() < found["ends"] < (timezone.now() + 5 * DAY).isoformat()


def test_an_address_where_nobody_is_tells_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert look(f"https://127.0.0.1:{port}") is None


def test_there_is_nothing_to_look_at_without_https(db: None, settings: Any) -> None:
    ask_for_a_look()
    assert not Job.objects.exists()
    settings.SCHOOLGATE_URL = "https://shop.example"
    ask_for_a_look()
    assert Job.objects.get().kind == LookAtCertificate.name


@pytest.mark.parametrize(("days", "says"), [(60, []), (10, ["ends on"]), (-1, ["ended on"])])
def test_the_first_page_tells_of_a_certificate_that_ends_soon(
    clerk: User, settings: Any, days: int, says: list[str]
) -> None:
    known(settings, days=days)
    sentences = told(clerk)
    assert len(sentences) == len(says)
    assert all(said in sentence for said, sentence in zip(says, sentences, strict=True))


def test_what_was_seen_at_a_former_address_counts_no_more(clerk: User, settings: Any) -> None:
    known(settings, days=1)
    settings.SCHOOLGATE_URL = "https://new.example"
    assert own_certificate() is None

"""A real squid that stops letting the school through while files are on their way."""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse
from tests.school.conftest import Drop, Export, MakeLa
from tests.school.scripted_la import ScriptedLa
from tests.squid import PASSWORD, USER, Squid

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.administration.line import Line, save_line
from schoolgate.school.exchange.models import Destination, State, Transfer
from schoolgate.school.exchange.today import look_at_today
from schoolgate.wire.http import make_client
from schoolgate.wire.proxies import ProxyRefused

pytestmark = [pytest.mark.django_db, pytest.mark.squid]

FILES = 6
SENT_BEFORE = 3
SLOWEST_SECONDS = 60


@pytest.fixture(autouse=True)
def through_squid(squid: Squid) -> None:
    save_line(Line(True, squid.name, USER, PASSWORD, "1.2"), by=None)


@pytest.fixture
def refuse_after(squid: Squid) -> Callable[[ScriptedLa, int], None]:
    """Have the proxy refuse everybody once an LA has begun to take so many files."""

    def arrange(la: ScriptedLa, number: int) -> None:
        def look(name: str) -> None:
            if len(la.puts) + 1 == number:
                squid.take_nobody()
                _wait_until_refused(squid, la.address)

        la.before_put = look

    return arrange


def _wait_until_refused(squid: Squid, address: str) -> None:
    """Squid asks its login helper anew after a second."""
    deadline = time.monotonic() + SLOWEST_SECONDS
    with make_client(proxy=squid.proxy()) as http:
        while time.monotonic() < deadline:
            try:
                http.get(f"{address}/exchange/v1/")
            except ProxyRefused:
                return
            time.sleep(0.05)
    pytest.fail("squid lets everybody through")


def states() -> list[str]:
    return sorted(Transfer.objects.values_list("state", flat=True))


def test_a_407_in_mid_run_stops_sending_and_blames_no_file(
    la: ScriptedLa, drop: Drop, export: Export, squid: Squid, refuse_after: Callable[[ScriptedLa, int], None]
) -> None:
    for serial in range(1, FILES + 1):
        drop(serial=serial, seed=serial)
    refuse_after(la, SENT_BEFORE)
    summary = export()
    assert states() == [State.DELIVERED] * SENT_BEFORE + [State.READY] * (FILES - SENT_BEFORE)
    assert (summary.received, summary.needs_attention, summary.retrying) == (SENT_BEFORE, 0, 0)
    assert not Transfer.objects.exclude(tries=0, reason="").filter(state=State.READY).exists()
    assert Destination.objects.get().trouble == "proxy-password-wrong"
    told = JournalLine.objects.filter(level="WARN").get()
    assert "Your proxy does not accept" in told.message

    squid.take(USER, PASSWORD)
    assert export().received == FILES - SENT_BEFORE
    assert states() == [State.DELIVERED] * FILES
    assert len(set(la.puts)) == len(la.files) == FILES


def test_many_las_behind_one_proxy_have_one_line_on_the_first_page(
    make_la: MakeLa, drop: Drop, export: Export, squid: Squid
) -> None:
    las = ["820", "823", "825"]
    for number in las:
        make_la(number)
        drop(folder_la=number, destination_la=number)
    squid.take(USER, "Another-Lantern-8")
    _wait_until_refused(squid, Destination.objects.values_list("address", flat=True)[0])
    for number in las:
        export(number)
    assert states() == [State.READY] * 3
    to_do = look_at_today().to_do
    assert [one.address for one in to_do] == [reverse("connection")]
    assert "Your proxy does not accept" in to_do[0].text

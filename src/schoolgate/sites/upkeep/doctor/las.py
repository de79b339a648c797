"""A school's line to each LA."""

from collections.abc import Iterator

from django.utils import timezone

from schoolgate.sites.upkeep.doctor.findings import Finding, check, command

MOST = 20
"""Addresses called in one examination: a supplier's site may have one for each of 150 LAs."""


@check("sign-in-at-las", "Signing in at the LAs", well="Nothing stands in the way that is known.", sites={"school"})
def logins_work() -> Iterator[Finding]:
    """As the last calls found it; Test Connection calls."""
    from schoolgate.school.exchange.logins import receivers
    from schoolgate.school.exchange.models import Destination, School

    there = [one for one in receivers() if (one.is_in_trouble if isinstance(one, Destination) else one.trouble)]
    schools = School.objects.with_own_credentials().exclude(trouble="")
    number = len(there) + schools.count()
    if number:
        yield Finding(
            "bad",
            f"Entries for LAs and schools with which nothing can be sent: {number:,}.",
            cause="What the last call found wrong stands on the first page: a password, a licence, the line.",
            cure="Cure what it says there, then test the connection.",
            command=command("test-connection"),
            where="; ".join(str(one) for one in [*there, *schools[:MOST]][:MOST]),
        )


@check("la-services", "Services of the LAs", well="Each answers, and the clocks agree.", sites={"school"}, slow=True)
def las_answer() -> Iterator[Finding]:
    """Asks each address what is there, which needs no password, and compares its clock with ours."""
    from schoolgate.school.exchange.connecting import open_http
    from schoolgate.school.exchange.logins import receivers
    from schoolgate.wire.connection_test import ANSWER_SECONDS, CLOCKS_MAY_DIFFER, TIMEOUTS
    from schoolgate.wire.exchange import Credentials, ExchangeClient
    from schoolgate.wire.exchange_errors import ExchangeError

    addresses = list(dict.fromkeys(one.address for one in receivers() if one.address))
    for address in addresses[:MOST]:
        try:
            with open_http(TIMEOUTS) as http:
                client = ExchangeClient(address, Credentials("", ""), http, timezone.now, ANSWER_SECONDS)
                service = client.service()
        except ExchangeError as error:
            yield Finding(
                "bad",
                "The service of an LA cannot be used from here.",
                cause="The line to it, a proxy or a filter on the way, or the service itself.",
                cure="Test the connection: its page says what to do, and whom to ask.",
                command=command("test-connection"),
                where=f"{address}: {error.sentence} ({error.code})",
            )
            continue
        if service.clock is not None and abs(timezone.now() - service.clock) > CLOCKS_MAY_DIFFER:
            yield Finding(
                "look",
                "The clocks of this machine and of an LA’s service differ by more than five minutes.",
                cause="One of them is not set by the network.",
                cure="Have this machine set its clock by the network; if it was right, tell the LA.",
                command="timedatectl",
                where=address,
            )

"""A ledger's web services, from which documents are fetched and to which orders are sent."""

from collections.abc import Iterator

from schoolgate.sites.upkeep.doctor.findings import Finding, check, command


@check("web-services", "Web services of suppliers", well="All that are on answered last time.", sites={"school"})
def services_answer() -> Iterator[Finding]:
    """As the last calls found it; `services test` calls."""
    from schoolgate.school.purchasing.models import WebService

    for service in WebService.objects.filter(turned_off=False).exclude(trouble=""):
        yield Finding(
            "bad",
            "A supplier’s web service does not do what it should.",
            cause="What the last call found wrong: the line, the password, or the service itself.",
            cure="Make a call now. Its page says what was found, and what to do.",
            command=command("services test"),
            where=f"{service}: {service.said} ({service.trouble})",
        )

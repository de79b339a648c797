"""Do mails get out?"""

from collections.abc import Iterator

from django.conf import settings

from schoolgate.commons.alerts import smtp
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.jobs.models import State
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command

PATIENCE_SECONDS = 10


@check("mail", "Mails", well="None waits that could not be sent.")
def mails_get_out() -> Iterator[Finding]:
    if not smtp.is_set_up():
        # In a school office the first page is open all day; elsewhere mails are how people hear of what is wrong.
        if settings.SCHOOLGATE_SITE != "school":
            yield Finding(
                "look",
                "No mail server is set, so nobody is told of anything by mail.",
                cause="The start-up setting smtp_host is empty.",
                cure="Set smtp_host and what goes with it.",
                command=command("settings"),
            )
        return
    failed = Mail.objects.filter(sent_at=None, job__state__in=[State.FAILED, State.PARKED]).count()
    if failed:
        yield Finding(
            "bad",
            f"Mails that could not be sent: {failed:,}.",
            cause="The page Alerts shows what the mail server said of each.",
            cure="Cure what it says there; then start their jobs again.",
            command=command("jobs"),
        )


@check("mail-server", "Mail server", well="It lets the site in, or none is set.", reads_rows=False, slow=True)
def mail_server_lets_us_in() -> Iterator[Finding]:
    """Signs in and sends nothing."""
    if not smtp.is_set_up():
        return
    try:
        smtp.sign_in(patience_seconds=PATIENCE_SECONDS)
    except smtp.NotSent as error:
        yield Finding(
            "bad",
            "The mail server cannot be used.",
            cause="It is away, does not believe the site, or does not let it in.",
            cure="Check the start-up settings that begin with smtp_.",
            command=command("settings"),
            where=error.sentence,
        )

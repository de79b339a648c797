"""Is the site reached at the address that people and programs call it by, and for how long is its certificate good?"""

from collections.abc import Iterator
from datetime import timedelta

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.line_out import extra_ca_file
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command
from schoolgate.wire.tls import look_at_certificate, trust

PATIENCE_SECONDS = 10.0
RENEW_WITHIN = timedelta(days=21)


@check("address", "Address", well="The site answers there.", reads_rows=False, slow=True)
def site_answers() -> Iterator[Finding]:
    """By the way that callers take, from this machine; no proxy for calls to others is in between."""
    url = settings.SCHOOLGATE_URL
    try:
        with httpx.Client(verify=trust(extra_ca_file=extra_ca_file()), trust_env=False) as line:
            answer = line.get(f"{url}{reverse('sign-in')}", timeout=PATIENCE_SECONDS)
    except (httpx.TransportError, OSError) as error:
        yield Finding(
            "bad",
            "Nothing answers at the site’s address.",
            cause="The site does not run; or the address is not its own, its certificate is not believed, or "
            "something is in between.",
            cure="Start the site. Where it runs, see that url is the address that the proxy takes in.",
            command=command("serve"),
            where=f"{url}: {error}",
        )
        return
    if answer.status_code != httpx.codes.OK:
        yield Finding(
            "bad",
            f"What answers at the site’s address says {answer.status_code} where the sign-in page should be.",
            cause="Another program answers there, or the proxy does not reach the site.",
            cure="See that url is the site’s address, and what the proxy’s own log says.",
            command=command("settings"),
            where=url,
        )


@check(
    "certificate",
    "Certificate",
    well="It is good for another three weeks, or none is needed.",
    reads_rows=False,
    slow=True,
)
def certificate_is_good() -> Iterator[Finding]:
    url = settings.SCHOOLGATE_URL
    if not url.startswith("https:"):
        return
    timeout = {"timeout": httpx.Timeout(PATIENCE_SECONDS).as_dict()}
    shown = look_at_certificate(httpx.Request("HEAD", url, extensions=timeout), None)
    if shown is None or shown.expires - timezone.now() > RENEW_WITHIN:
        return
    over = shown.expires <= timezone.now()
    yield Finding(
        "bad" if over else "look",
        "The site’s certificate has run out."
        if over
        else f"The site’s certificate runs out in {(shown.expires - timezone.now()).days} days.",
        cause="It was not renewed, or the renewed one is not in use.",
        cure="Renew it where it is kept: at the proxy, or in tls_certificate; then have that start anew.",
        command=command("settings"),
        where=f"{url}, by {shown.issuer}",
    )

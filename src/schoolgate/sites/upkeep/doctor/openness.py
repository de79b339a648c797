"""What others on the network can reach, and whether what they send can be overheard."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from schoolgate.sites.serving import address
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command


@check("open-to-network", "Open to the network", well="What others can reach is safe.", reads_rows=False)
def what_is_open_is_safe() -> Iterator[Finding]:
    configuration = settings.SCHOOLGATE_CONFIGURATION
    host, port = address()
    where = f"{host}:{port}"
    open_here = not is_this_machine(host)
    url = urlsplit(settings.SCHOOLGATE_URL)
    encrypts, behind_proxy = bool(configuration.text("tls_certificate")), bool(configuration.items("trusted_proxies"))
    if open_here and not encrypts and not behind_proxy:
        yield Finding(
            "bad",
            "The site listens to the network without encryption: passwords can be read on their way.",
            cause="bind is not this machine alone, and neither a certificate nor a proxy before the site is set.",
            cure="Set tls_certificate and tls_key; or bind to 127.0.0.1 and put a proxy before it that encrypts.",
            command=command("settings"),
            where=where,
        )
    elif open_here and not behind_proxy and settings.SCHOOLGATE_SITE != "school":
        yield Finding(
            "look",
            "The site listens to the network without a proxy before it.",
            cause="Each slow upload holds one of the web_threads, and with them all the site answers nobody.",
            cure="Put a proxy before it that takes in whole requests, and name it in trusted_proxies.",
            command=command("settings"),
            where=where,
        )
    if url.scheme == "http" and not is_this_machine(url.hostname or ""):
        yield Finding(
            "bad",
            "The address by which people call the site is not encrypted.",
            cause="url begins with http:, so browsers and programs send their passwords as they are.",
            cure="Have the proxy speak https, and set url to that address.",
            command=command("settings"),
            where=settings.SCHOOLGATE_URL,
        )
    reached_by_others = open_here or behind_proxy
    for name, harm in (
        ("debug", "Error pages show the program and what it was working on."),
        ("demo", "Made-up LA numbers are legal, and every page says that this is a demonstration."),
    ):
        if reached_by_others and configuration.yes(name):
            yield Finding(
                "bad",
                f"The start-up setting {name} is on, and others can reach the site.",
                cause=harm,
                cure=f"Set {name} to no, and start the site anew.",
                command=command("settings"),
            )


def is_this_machine(host: str) -> bool:
    """Whether only programs of this machine reach what listens there."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

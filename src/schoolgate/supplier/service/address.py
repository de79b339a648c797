"""The address by which the service is called, as its WSDL must tell it, also behind a proxy."""

from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from schoolgate.commons.programs.proxies import FORWARDED_HOST, PROXIED


def address_of(environ: dict[str, Any]) -> str:
    """The whole address of the service, by the host that the caller used where that is one of this site's.

    Else by the start-up setting `url`: a Host header can say anything, and many proxies put their own name for us.
    """
    site = urlsplit(settings.SCHOOLGATE_URL)
    origin = _origin(environ, site.hostname or "", site.scheme) or f"{site.scheme}://{site.netloc}"
    return f"{origin}{site.path}{quote(settings.SCHOOLGATE_SERVICE_PATH)}"


def _origin(environ: dict[str, Any], own_host: str, own_scheme: str) -> str:
    """Scheme, host and port as called; "" where they cannot be told."""
    proxied = PROXIED in environ
    host = environ.get(FORWARDED_HOST) or environ.get("HTTP_HOST", "")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, [own_host] if proxied else settings.ALLOWED_HOSTS):
        return ""
    scheme = (environ[PROXIED] or own_scheme) if proxied else environ["wsgi.url_scheme"]
    return f"{scheme}://{host}"

"""What a site's doors say in a request's environ about the proxy that passed it on (`sites/doors.py`)."""

PROXIED = "schoolgate.proxied"
"""There when a proxy passed the request on that the settings name: the scheme by which it was called itself, "" where
it does not say."""

FORWARDED_HOST = "schoolgate.forwarded_host"
"""There likewise: the host by which such a proxy was called, "" where it does not say."""

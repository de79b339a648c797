"""The socket that a site listens on is kept open while its processes change, so that nobody is refused (ADR 15).

It is the system's (systemd's socket activation), the supervisor's, or, where nothing else holds one, its own.
"""

import os
import socket
import sys

from schoolgate.sites.configuration import ConfigurationError

SHARED = sys.platform == "linux"
"""Elsewhere each web process opens its own."""

HANDED_ON = "SCHOOLGATE_LISTEN_FD"
"""In the environment of a process that is given the socket: its file descriptor."""

BACKLOG = 1024
"""Connections that wait while nobody accepts them."""

_FIRST_OF_SYSTEMD = 3


def open_listener(host: str, port: int) -> socket.socket:
    """The socket to accept connections from. Raises ConfigurationError when the address cannot be listened on."""
    if is_the_system_s():
        return socket.socket(fileno=_FIRST_OF_SYSTEMD)
    if was_handed_on():
        return socket.socket(fileno=int(os.environ[HANDED_ON]))
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(f"Cannot listen on {host}:{port}: {error.strerror}. Name another --port.") from None


def is_the_system_s() -> bool:
    """Whether systemd has opened it for this process, and holds it while none of ours runs (sd_listen_fds(3))."""
    return os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1"


def was_handed_on() -> bool:
    """Whether whoever started this process holds it too."""
    return HANDED_ON in os.environ

"""Ports of this machine for servers that tests start."""

import random
import socket

RANGE = range(20_000, 30_000)
"""Below those that systems give to outgoing connections: one of these could take the port before its server does, or
while that is down to be started again."""


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens, drawn so that tests side by side hardly meet."""
    chance = random.SystemRandom()
    while True:
        port = chance.choice(RANGE)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port

"""Password hashing that fits a small machine, and a quick one for passwords that nobody could guess."""

import hashlib
import threading
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher
from django.utils.crypto import constant_time_compare

MADE_UP = "made-up"

_two_at_a_time = threading.BoundedSemaphore(2)


class FrugalArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane, two at a time in a process (OWASP's first recommendation).

    Tried: Django's default takes 100 MiB and 0.29 s each, eight at once 739 MiB (DESIGN 9).
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _two_at_a_time:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _two_at_a_time:
            return super().verify(password, encoded)


class SaltedDigest(BasePasswordHasher):
    """SHA-256 for passwords made up by the site, of more than 100 bits of chance (ADR 13).

    No computer tries them all, so nothing is gained by making each try slow. Passwords that somebody chose never come
    here.
    """

    algorithm = MADE_UP

    def encode(self, password: str, salt: str) -> str:
        digest = hashlib.sha256(f"{salt}${password}".encode()).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, salt, digest = encoded.split("$")
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to make up for: see `User.check_password`."""

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}


def is_made_up(encoded: str) -> bool:
    """Whether a stored hash is of a password that the site made up."""
    return encoded.startswith(f"{MADE_UP}$")

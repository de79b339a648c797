import threading
import time
from collections.abc import Callable

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from django.contrib.auth.hashers import Argon2PasswordHasher

from schoolgate.commons.accounts.hashing import FrugalArgon2
from schoolgate.sites import base


def test_hashes_are_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    hasher = FrugalArgon2()
    encoded = hasher.encode("correct horse battery", hasher.salt())
    found = extract_parameters(encoded.removeprefix("argon2"))
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert hasher.verify("correct horse battery", encoded)
    assert not hasher.verify("correct horse batterz", encoded)


def test_sites_use_this_hasher_alone() -> None:
    assert base.PASSWORD_HASHERS == ["schoolgate.commons.accounts.hashing.FrugalArgon2"]


@pytest.mark.parametrize(
    "work", [lambda hasher: hasher.encode("word", "salt" * 4), lambda hasher: hasher.verify("word", "hash")]
)
def test_never_more_than_two_hash_at_once(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[FrugalArgon2], object]
) -> None:
    at_once: list[int] = []
    running = 0
    lock = threading.Lock()
    two = threading.Barrier(2, timeout=60)

    def slow(*_: object) -> str:
        nonlocal running
        with lock:
            running += 1
            at_once.append(running)
        two.wait()
        time.sleep(0.02)
        with lock:
            running -= 1
        return ""

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", slow)
    threads = [threading.Thread(target=work, args=(FrugalArgon2(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(at_once) == 6
    assert max(at_once) == 2

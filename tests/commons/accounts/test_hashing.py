import threading
import time
from collections.abc import Callable

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher

from schoolgate.commons.accounts.hashing import FrugalArgon2, SaltedDigest, is_made_up
from schoolgate.commons.accounts.models import PastPassword, User
from schoolgate.commons.accounts.passwords import change_password, give_made_up_password
from schoolgate.sites import base


def test_hashes_are_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    hasher = FrugalArgon2()
    encoded = hasher.encode("correct horse battery", hasher.salt())
    found = extract_parameters(encoded.removeprefix("argon2"))
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert hasher.verify("correct horse battery", encoded)
    assert not hasher.verify("correct horse batterz", encoded)


def test_sites_hash_what_is_chosen_by_this_hasher() -> None:
    assert base.PASSWORD_HASHERS[0] == "schoolgate.commons.accounts.hashing.FrugalArgon2"
    assert base.PASSWORD_HASHERS[1:] == ["schoolgate.commons.accounts.hashing.SaltedDigest"]


def test_a_salted_digest_is_of_one_password_and_one_salt() -> None:
    hasher = SaltedDigest()
    encoded = hasher.encode("made up by chance", "salt")
    assert hasher.verify("made up by chance", encoded)
    assert not hasher.verify("made up by chancf", encoded)
    assert encoded != hasher.encode("made up by chance", "tlas")


def test_a_made_up_password_has_the_quick_hash_and_keeps_it_when_it_is_used(exchange_account: User) -> None:
    text = give_made_up_password(exchange_account, by=None)
    hashed = exchange_account.password
    assert is_made_up(hashed)
    assert exchange_account.check_password(text)
    exchange_account.refresh_from_db()
    assert exchange_account.password == hashed


def test_a_chosen_password_never_has_the_quick_hash(exchange_account: User) -> None:
    give_made_up_password(exchange_account, by=None)
    change_password(exchange_account, "Green-Abbey-17", by=None)
    assert not is_made_up(exchange_account.password)
    assert not is_made_up(PastPassword.objects.latest("pk").hashed)


def test_a_wrong_password_beside_a_quick_hash_takes_the_slow_one_s_time(
    exchange_account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_made_up_password(exchange_account, by=None)
    worked_out: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        worked_out.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    assert not exchange_account.check_password("not it")
    assert worked_out == ["not it"]


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

"""Who was erased is known again by keyed digests, so that no file brings the person back unless somebody says so.

An entry with any of the numbers, keys of school systems, or whole names with the date of birth that an erased person
had waits as unmatched, with a reason of its own (ADR 027). The digests are keyed with the site's key file: a copy of
the database alone does not tell, however many names somebody tries, who was erased.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from schoolgate.authority.importing.matching.index import names_and_births
from schoolgate.authority.importing.matching.keys import MatchKeys, is_temporary
from schoolgate.authority.importing.models.erased import ErasedKey
from schoolgate.authority.records.subjects import PUPIL, Subject


def note_erased(keys: Iterable[MatchKeys], subject: Subject, request: str) -> int:
    """Note by which of these a person is known again who is erased by a request; in the caller's transaction.

    How many things that are. Whoever was erased before by the same stays noted by the first request.
    """
    newest = settings.SCHOOLGATE_KEYS[0]
    digests = {_digest(newest, subject, sign) for one in keys for sign in _signs(one)}
    rows = [ErasedKey(subject=subject, digest=digest, request=request) for digest in sorted(digests)]
    ErasedKey.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def who_was_erased(subject: Subject = PUPIL) -> Callable[[MatchKeys], bool]:
    """What says whether a person with these keys might be one who was erased: one query, whoever is asked about."""
    noted = {bytes(digest) for digest in ErasedKey.objects.filter(subject=subject).values_list("digest", flat=True)}

    def might_be(keys: MatchKeys) -> bool:
        return bool(noted) and not noted.isdisjoint(_digests(subject, keys))

    return might_be


def requests_that_erased(keys: MatchKeys, subject: Subject) -> list[ErasedKey]:
    """By which requests a person with these keys might have been erased, one row for each, the oldest first."""
    found = ErasedKey.objects.filter(subject=subject, digest__in=list(_digests(subject, keys))).order_by("pk")
    return list({one.request: one for one in found}.values())


def _signs(keys: MatchKeys) -> Iterator[str]:
    yield from (f"number {number}" for number in keys.upns if not is_temporary(number))
    yield from (f"key {guid}" for guid in keys.guids)
    yield from (f"name and birth {digest}" for digest in names_and_births(keys))


def _digests(subject: Subject, keys: MatchKeys) -> set[bytes]:
    """By every key of the site's: what was noted before a new one was made is still found."""
    return {_digest(key, subject, sign) for sign in _signs(keys) for key in settings.SCHOOLGATE_KEYS}


def _digest(key: str, subject: Subject, sign: str) -> bytes:
    return blake2b(f"{subject} {sign}".encode(), digest_size=16, key=_key_of(key)).digest()


@lru_cache(maxsize=4)
def _key_of(key: str) -> bytes:
    """A key for this alone, so that nothing of the sealing key is in the digests."""
    return blake2b(key.encode(), digest_size=32, person=b"who was erased").digest()

"""The shortcut: entries that were dealt with to the end under the same rules need not be looked at again (DESIGN 7)."""

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.matching.rules import MatchSettings
from schoolgate.authority.records.groups.canonical import CANONICAL_VERSION, canonical
from schoolgate.authority.records.models import Settled
from schoolgate.documents.codes.code_sets import EDITION

IMPORT_VERSION = 2
"""Raise it when an import makes something else of the same entry: what was settled before is then looked at again."""

Digester: TypeAlias = Callable[[bytes], bytes]
"""Makes the digest of an entry's bytes: sixteen bytes."""


class Known(NamedTuple):
    """A settled entry: its digest, its pupil, what it counts as, and the job that settled it."""

    digest: bytes
    pupil: int
    tally: str
    job: int | None


def digester(
    *, judged_by: str, academic_year: int, matching: MatchSettings, rules: Rules, addresses: str, demo: bool
) -> Digester:
    """Give what makes the digest of an entry's bytes, keyed with all that decides on them beside what is held.

    ``judged_by`` is ``StudentFile.judged_by``, ``addresses`` is ``AddressRule.key``; ``demo`` whether numbers of
    samples are taken.
    """
    key = canonical(
        {
            "judged by": judged_by,
            "year": academic_year,
            "codes": EDITION,
            "canonical": CANONICAL_VERSION,
            "import": IMPORT_VERSION,
            "matching": matching.key,
            "rules": _text_of(rules),
            "addresses": addresses,
            "demo": demo,
        }
    )
    keyed = partial(blake2b, digest_size=16, key=blake2b(key.encode()).digest())
    return lambda raw: keyed(raw).digest()


def _text_of(rules: Rules) -> str:
    items = {"/".join(place): effect for place, effect in rules.items.items()}
    return canonical({"otherwise": rules.otherwise, "groups": dict(rules.groups), "items": items})


def for_this_job(digest: bytes, job: int) -> bytes:
    """The digest of an entry that is settled for one job only, since time or another pupil may change its judgement."""
    return blake2b(digest + b"%d" % job, digest_size=16).digest()


def known_entries(base: Base, *, full: bool) -> dict[bytes, Known]:
    """All settled entries of a base and form: under 4 MB for the pupils of ten large schools."""
    tallies: dict[str, str] = {}
    rows = Settled.objects.filter(base=base, full=full).values_list("digest", "pupil_id", "tally", "job")
    return {
        (own := bytes(digest)): Known(own, pupil, tallies.setdefault(tally, tally), job)
        for digest, pupil, tally, job in rows.iterator(chunk_size=5000)
    }

"""Made-up pupils in groups, and what may be decided of them, for tests of ``deciding``."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from schoolgate.authority.importing.deciding import (
    DISCARDED,
    UNDONE,
    Effect,
    Incoming,
    Invalid,
    Refused,
    Rules,
    refusal_digest,
)
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import GROUPS, read_groups
from schoolgate.documents.samples.students import make_students


@cache
def pupils() -> list[dict[DataGroup, Payload]]:
    """Forty pupils of a made-up secondary school, whose groups are more or less full."""
    sample = make_students(la="820", school="4321", destination_la="820", pupils=40, seed=11, academic_year=2026)
    return [dict(read_groups(record)) for record in sample.records()]


@st.composite
def payloads(draw: st.DrawFn) -> dict[DataGroup, Payload]:
    """Some groups, and of each some items, from one pupil or from several."""
    pool = draw(st.lists(st.sampled_from(pupils()), min_size=1, max_size=2))
    chosen: dict[DataGroup, Payload] = {}
    for group in draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=8)):
        said = draw(st.sampled_from(pool)).get(group, {})
        names = draw(st.lists(st.sampled_from(sorted(said)), unique=True)) if said else []
        if names:
            chosen[group] = {name: said[name] for name in names}
    return chosen


group_names = [group.name for group in GROUPS]
rules = st.builds(
    Rules,
    otherwise=st.sampled_from(Effect),
    groups=st.dictionaries(st.sampled_from(group_names), st.sampled_from(Effect), max_size=4),
    items=st.dictionaries(
        st.sampled_from([(group.name, item.name) for group in GROUPS for item in group.items]),
        st.sampled_from(Effect),
        max_size=4,
    ),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[DataGroup, Payload] | None, Incoming, tuple[Refused, ...]]:
    """What is held, what comes, and what is refused: values that come among it, and others."""
    held = draw(st.none() | payloads())
    coming = draw(payloads())
    invalid = tuple(
        Invalid(group, group.items[0].name, draw(st.sampled_from(["bad-upn", "code-not-of-year"])), "A1")
        for group in draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=2))
    )
    for one in invalid:
        coming.get(one.group, {}).pop(one.item, None)
    coming = {group: payload for group, payload in coming.items() if payload}
    refused: dict[tuple[Any, ...], Refused] = {}
    for group, payload in [*coming.items(), *draw(payloads()).items()]:
        for item, value in payload.items():
            if draw(st.integers(0, 3)) == 0:
                digest = refusal_digest(group, item, value)
                code = draw(st.sampled_from([DISCARDED, UNDONE, "not-imported"]))
                refused[group, item, digest] = Refused(group, item, digest, code)
    return held, Incoming(coming, full=draw(st.booleans()), invalid=invalid), tuple(refused.values())

"""Ways to spoil a student file, drawn by Hypothesis: what an MIS, an editor or an enemy might do to it."""

import re
from collections.abc import Callable
from random import Random

_START = re.compile(rb"<([A-Za-z]+)>")
_LEAF = re.compile(rb"<([A-Za-z]+)>([^<]*)</\1>")
_PUPIL = re.compile(rb"<Pupil>.*?</Pupil>", re.DOTALL)

Mutation = Callable[[bytes, Random], bytes]


def _spot(data: bytes, random: Random, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    found = list(pattern.finditer(data))
    return random.choice(found) if found else None


def _put(data: bytes, begin: int, end: int, new: bytes) -> bytes:
    return data[:begin] + new + data[end:]


def wrong_value(data: bytes, random: Random) -> bytes:
    """Another text in a leaf."""
    leaf = _spot(data, random, _LEAF)
    values = [
        b"",
        b" ",
        b"x",
        b"2013-02-30",
        b"WBRX",
        b"O" * 40,
        b"&amp;",
        b"M",
        b"1.5",
        b"\xc3\xa9",
        b" R820432124001 ",
    ]
    return _put(data, *leaf.span(2), random.choice(values)) if leaf else data


def without_leaf(data: bytes, random: Random) -> bytes:
    """An element less."""
    leaf = _spot(data, random, _LEAF)
    return _put(data, *leaf.span(), b"") if leaf else data


def leaf_twice(data: bytes, random: Random) -> bytes:
    """An element more."""
    leaf = _spot(data, random, _LEAF)
    return _put(data, *leaf.span(), leaf[0] * random.randint(2, 5)) if leaf else data


def moved_leaf(data: bytes, random: Random) -> bytes:
    """An element in another place."""
    leaf, place = _spot(data, random, _LEAF), _spot(data, random, _START)
    if not leaf or not place or leaf.start() <= place.start() < leaf.end():
        return data
    at = place.start() if place.start() < leaf.start() else place.start() - len(leaf[0])
    rest = _put(data, *leaf.span(), b"")
    return _put(rest, at, at, leaf[0])


def stranger(data: bytes, random: Random) -> bytes:
    """Something that nobody expects, before some element: between pupils and around the list too."""
    new = [
        b"<Bogus/>",
        b"<Bogus>1</Bogus>",
        b"text",
        b"&#65;",
        b"<!-- </Pupil> -->",
        b"<!-- <Pupil> -->",
        b"<![CDATA[</Pupil>]]>",
        b"<?mis </Pupil>?>",
        b"<Pupil/>",
        b"<Pupil><UPN/></Pupil>",
        b"<Pupil a='>'/>",
        b"<Bogus><Pupil></Pupil></Bogus>",
        b"</CESpupilData><CESpupilData>",
    ]
    place = _spot(data, random, random.choice([_START, re.compile(rb"<Pupil>|</?CES[a-zA-Z]*>")]))
    return _put(data, place.start(), place.start(), random.choice(new)) if place else data


def in_a_value(data: bytes, random: Random) -> bytes:
    """Something within a value that changes nothing of it, or nearly."""
    leaf = _spot(data, random, _LEAF)
    new = [b"<!-- no -->", b"<![CDATA[]]>", b"<![CDATA[x]]>", b" <!-- -->", b"\t <![CDATA[ ]]>", b"<?mis?>", b"&#32;"]
    return _put(data, leaf.start(2), leaf.start(2), random.choice(new)) if leaf else data


def attribute(data: bytes, random: Random) -> bytes:
    """An attribute on some element."""
    start = _spot(data, random, _START)
    new = [b" a='1'", b" xml:lang='en'", b" a='&lt;/Pupil&gt;'", b" xmlns='urn:x'", b" xmlns:x='urn:x'", b" "]
    return _put(data, start.end() - 1, start.end() - 1, random.choice(new)) if start else data


def without_pupil(data: bytes, random: Random) -> bytes:
    """A pupil less."""
    pupil = _spot(data, random, _PUPIL)
    return _put(data, *pupil.span(), b"") if pupil else data


def empty_pupil(data: bytes, random: Random) -> bytes:
    """A pupil of whom nothing is said."""
    pupil = _spot(data, random, _PUPIL)
    return _put(data, *pupil.span(), random.choice([b"<Pupil/>", b"<Pupil></Pupil>", b"<Pupil\t/>"])) if pupil else data


def lone_tag(data: bytes, random: Random) -> bytes:
    """A tag too few or too many: no longer XML."""
    tags = list(re.finditer(rb"</?[A-Za-z]+>", data))
    tag = random.choice(tags)
    return _put(data, *tag.span(), random.choice([b"", tag[0] * 2, b"<", b"&bogus;", b"\x01"]))


def cut_short(data: bytes, random: Random) -> bytes:
    """The end is missing."""
    return data[: random.randint(1, len(data))]


def something_behind(data: bytes, random: Random) -> bytes:
    """More than the document."""
    return data + random.choice([b"<x/>", b"text", b"<!-- the end -->", b"\n\n", b"<?mis?>", data[-300:], b"\x00"])


MUTATIONS: tuple[Mutation, ...] = (
    wrong_value,
    wrong_value,
    without_leaf,
    leaf_twice,
    moved_leaf,
    stranger,
    stranger,
    in_a_value,
    attribute,
    without_pupil,
    empty_pupil,
    lone_tag,
    cut_short,
    something_behind,
)

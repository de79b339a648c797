"""What of a text is the program's own: runs of words that stand next to each other in its source.

Journal lines and errors are sentences of the program's with names, numbers and others' words put into them. Nobody can
list what may have been put in; what the program itself says can be listed. So what is known to be its own is kept, and
everything else is left out, whatever it is.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import schoolgate

GONE = "…"
_TOKEN = re.compile(r"[A-Za-z]+(?:[’'][a-z]+)?|[^\sA-Za-z]+")
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_DOCSTRING = re.compile(r'"{3}.*?"{3}', re.DOTALL)
"""Nobody is told these, and their examples have names of schools in them."""
_SPLIT_OVER_LINES = re.compile(r'"\s*\n\s*[fr]?"')
_HOLE_OR_ESCAPE = re.compile(r"\{[^{}]*\}|\\.")
_MARK = "|"

_ROOMS = ("school", "authority", "supplier", "commons", "wire", "sites")
_MADE_UP = ("demo",)
"""Modules with names of made-up people in them."""


class OwnWords:
    """Knows every three words in a row that stand in a text of the program's source; marks count as one word."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        for literal in _literals():
            self._known.update(hash(three) for three in _threes(_tokens(_HOLE_OR_ESCAPE.sub(_MARK, literal))))

    def keep(self, text: str) -> str:
        """The text with everything left out that is not the program's own.

        A word is kept where it stands so in the source, with what is before and what is after it, one of which is a
        word too: one by itself may be somebody's name, since there are people called Mark and May.
        """
        told = [three[1] if self._is_own(three) else GONE for three in _threes(_tokens(text))]
        return " ".join(token for token, _ in groupby(told))

    def _is_own(self, three: tuple[str, str, str]) -> bool:
        before, word, after = three
        is_alone = before == after == _MARK
        return word != _MARK and not is_alone and hash(three) in self._known


def _tokens(text: str) -> list[str]:
    return [token if token[0].isalpha() else _MARK for token in _TOKEN.findall(text)]


def _threes(tokens: list[str]) -> Iterator[tuple[str, str, str]]:
    padded = [_MARK, *tokens, _MARK]
    return zip(padded, padded[1:], padded[2:], strict=False)


def _literals() -> Iterator[str]:
    """The texts in the source, each whole, however many lines it is written on."""
    house = Path(schoolgate.__file__).parent
    for room in _ROOMS:
        for file in (house / room).rglob("*.py"):
            if not file.name.startswith(_MADE_UP) and "migrations" not in file.parts:
                source = _DOCSTRING.sub("", file.read_text("utf-8"))
                yield from _LITERAL.findall(_SPLIT_OVER_LINES.sub("", source))

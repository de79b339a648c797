"""What stands in an LA's letter: an address, a connection code, a link with both. People paste any of it anywhere."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

# Ten characters without look-alikes, in groups of four (docs/reference/exchange-api.md, "join"). Without hyphens words
# of four, four and two letters look the same, so that then a digit must be among them.
_LETTER = "[2-9A-HJ-NP-Z]"
_CODE = re.compile(
    rf"(?<![A-Z0-9-])(?:{_LETTER}{{4}}-{_LETTER}{{4}}-{_LETTER}{{2}}"
    rf"|(?=[A-Z ]{{0,11}}[2-9]){_LETTER}{{4}} ?{_LETTER}{{4}} ?{_LETTER}{{2}})(?![A-Z0-9-])"
)
_LINK = re.compile(r"https?://[^\s<>\"'“”]+", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w@.])(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?(?:/[^\s<>\"'“”]*)?", re.IGNORECASE)
_AT_THE_END = ".,;:)]}>"
JOIN = "join"


@dataclass(frozen=True)
class Letter:
    """What was found; each empty where it was not there."""

    address: str = ""
    code: str = ""


def read_letter(text: str) -> Letter:
    """The LA's address and the connection code in a pasted text: a link with the code, the whole letter, or a part.

    `https://la.example/join/K7QM-4TXP-2R`, `…/join?code=…` and `…/join#…` all are address and code. An address without
    its beginning is taken for https. What is no code by its letters is none: guess nothing.
    """
    link = _LINK.search(text) or _HOST.search(text)
    if link is None:
        return Letter(code=_find_code(text))
    address, code = _read_link(link.group().rstrip(_AT_THE_END))
    return Letter(address, code or _find_code(text[: link.start()]) or _find_code(text[link.end() :]))


def plain_code(code: str) -> str:
    """A code as the LA compares it: without case, blanks and hyphens."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _read_link(link: str) -> tuple[str, str]:
    with_scheme = link if "://" in link else f"https://{link}"
    try:
        parts = urlsplit(with_scheme)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return link, ""
    before, found, behind = parts.path.partition(f"/{JOIN}")
    is_join = bool(found) and (not behind or behind.startswith("/"))
    candidates = [value for _, value in parse_qsl(parts.query)] + [unquote(parts.fragment), behind.strip("/")]
    code = next((code for one in candidates if (code := _find_code(one))), "")
    path = before if is_join else parts.path
    return f"{parts.scheme.lower()}://{host}{path.rstrip('/')}".removesuffix("/exchange/v1"), code


def _find_code(text: str) -> str:
    found = _CODE.search(text.upper())
    return found.group() if found else ""

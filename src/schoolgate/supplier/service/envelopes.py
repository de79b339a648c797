"""Envelopes as they are kept in the log: as text, cut, and without any password."""

import re

from schoolgate.wire.soap.envelope import escape

LONGEST = 20_000
"""Characters of an envelope that are kept."""

MASK = "***"

# Elements and attributes of such a name, right or not, whatever the prefix; one that is never ended goes on to the end.
# What is matched is never tried in another way (`++`): a name of a thousand times "pass" would take hours.
_PREFIX = r"(?:[\w.-]++:)?"
_NAME = r"(?!ChangePassword(?:Response)?[\s>])(?=[\w.-]*?(?:pass|pwd))[\w.-]++"
_ELEMENT = re.compile(
    rf"(<{_PREFIX}{_NAME}(?:\s[^<>]*+)?+(?<!/)>).*?(?=</{_PREFIX}{_NAME}\s*+>|\Z)", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(rf"""(\s{_PREFIX}{_NAME}\s*+=\s*+)("[^"]*+"|'[^']*+')""", re.IGNORECASE)
_CODECS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def without_secrets(envelope: bytes, password: str = "") -> str:
    """An envelope as text, in whatever state it came. `password` is masked wherever else it stands."""
    text = envelope[: 4 * LONGEST].decode(_CODECS.get(envelope[:2], "utf-8-sig"), "replace").replace("\0", "")
    text = _ATTRIBUTE.sub(rf'\1"{MASK}"', _ELEMENT.sub(rf"\1{MASK}", text))
    for form in {password, escape(password)}:
        if len(form) >= 4:
            text = text.replace(form, MASK)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

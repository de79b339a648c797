"""Whom to ask at the LA: the one place that puts an LA's contact into what sends somebody there.

The wire's sentences say "Ask the LA", for they know no LA. Screens, journal and commands show them through here.
"""

import re

_SENDS_TO_LA = re.compile(r"\b(?:ask|tell|ring) the LA\b(?!['’]s)", re.IGNORECASE)


def naming_whom(text: str, contact: str) -> str:
    """`Ask the LA.` becomes `Ask the LA (Bedford Data Team, 01234 000000).`, at the first place that sends there.

    Without a known contact, and where the text sends nobody to the LA, it stays as it is.
    """
    if not contact:
        return text
    return _SENDS_TO_LA.sub(lambda found: f"{found.group()} ({contact})", text, count=1)

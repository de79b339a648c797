"""Writing XML from the inside out: an element with nothing in it is not there at all (reference 9.2)."""

import re

from schoolgate.documents.problems import DocumentError

# A line's end within a value is spelt out: it would be lost or changed on the way otherwise, and every line of the
# file is one of ours to indent.
_SPELT_OUT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;"})

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *contents: str, **attributes: str) -> str:
    """Put written elements into one called ``name``; empty text when nothing is in it and no attribute has a value."""
    inner = "\n".join(content for content in contents if content)
    stated = _stated(attributes)
    if inner:
        indented = inner.replace("\n", "\n  ")
        return f"<{name}{stated}>\n  {indented}\n</{name}>"
    return f"<{name}{stated}/>" if stated else ""


def value(name: str, text: str, **attributes: str) -> str:
    """Write an element that holds text; empty text when there is neither text nor an attribute's value."""
    stated = _stated(attributes)
    if text:
        return f"<{name}{stated}>{text.translate(_SPELT_OUT)}</{name}>"
    return f"<{name}{stated}/>" if stated else ""


def document(root: str) -> bytes:
    """Make the file of a written root: UTF-8, no byte order mark.

    Raises DocumentError ``character-not-allowed`` where a value has a character that XML cannot carry.
    """
    if _NOT_XML.search(root):
        raise DocumentError("character-not-allowed", "A value has a character that XML cannot carry.")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root}\n'.encode()


def can_be_written(text: str) -> bool:
    """Whether XML has every character of ``text``."""
    return not _NOT_XML.search(text)


def _stated(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{text.translate(_SPELT_OUT)}"' for name, text in attributes.items() if text)

"""Every page of the authority's screens, as people ask for it: sorted, filtered, searched, and the last of its pages.

Pages are found as people find them, by links, and by the site's own list of routes; how each can be asked for, by its
own headings, choices and fields. So a new page or filter is asked for without an entry here.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

URLCONF = "schoolgate.sites.urls_authority"

SLUGS = {"group": "basic-details", "item": "Surname", "what": "added", "kind": "CES", "version": "3.73"}
TYPED = {"search": "ashley", "text": "Ashley", "date": "2026-11-01"}
"""What is typed into a field of each type."""

SEARCHES: tuple[dict[str, str], ...] = (
    {"text": "ash"},
    {"text": "ashley ada"},
    {"text": "1/1/2013"},
    {"text": "A820"},
    {"text": "MK40"},
    {"text": "a", "roll": "all"},
    {"base": "1"},
    {"base": "1", "text": "da"},
)
"""What people look for among pupils; it is posted, so that no name stands in an address."""

_OF_THE_SAME_LIST = re.compile(r"[?&](?:page|sort|format|live|ticked)=")
_ASIDE = re.compile(r"/(?:static|sign-out|set-password|find/.|schemas/.)")


def routes(number: int = 1) -> Iterator[tuple[str, str]]:
    """The name and the address of each route, with this number for whatever row it is of; without other slugs."""

    def walk(parts: list[Any], before: str) -> Iterator[tuple[str, str]]:
        for part in parts:
            route = before + str(part.pattern)
            if isinstance(part, URLResolver):
                yield from walk(part.url_patterns, route)
            elif isinstance(part, URLPattern):
                filled = re.sub(r"<int:\w+>", str(number), route)
                filled = re.sub(r"<\w+:(\w+)>", lambda found: SLUGS.get(found[1], found[0]), filled)
                if "<" not in filled:
                    yield part.name or "", f"/{filled}"

    return walk(get_resolver(URLCONF).url_patterns, "")


def kind_of(address: str) -> str:
    """What addresses have in common that differ in their numbers and values only, or in a data group's name."""
    path, _, query = address.partition("?")
    path = re.sub(r"(?<=/)\d+(?=/|$)", "#", re.sub(r"(?<=/groups/)[\w-]+", "#", path))
    path = re.sub(r"(?<=/change/)[\w/-]+", "#", path)
    return " ".join([path, *sorted(part.partition("=")[0] for part in query.split("&"))])


def pages(browser: Client, get: Callable[[str], Any] | None = None) -> Iterator[tuple[str, str]]:
    """Address and text of one page of each kind that there is something to see on, and of searches for pupils.

    `get` asks for an address in the place of the browser itself.
    """
    waiting = [address for _, address in routes()]
    kinds = {kind_of(address) for address in waiting}
    waiting += [browser.post("/pupils/", {"roll": "on-roll", **asked})["Location"] for asked in SEARCHES]
    while waiting:
        address = waiting.pop(0)
        if _ASIDE.match(address):
            continue
        answer = (get or browser.get)(address)
        text = "" if answer.streaming or answer.status_code != 200 else answer.content.decode()
        if "<main" not in text:
            continue
        yield address, text
        for link in links(text):
            kind = kind_of(link)
            if kind not in kinds and not _OF_THE_SAME_LIST.search(link):
                kinds.add(kind)
                waiting.append(link)


def links(text: str) -> list[str]:
    """The addresses on this site that a page leads to."""
    return [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)"', text)]


def ways(address: str, text: str) -> list[str]:
    """How else a page can be asked for: each order, its last page, a choice of each filter, each field typed into."""
    path, _, kept = address.partition("?")
    pages = [link for link in links(text) if link.startswith(f"{path}?") and re.search(r"[?&]page=\d+$", link)]
    asked = {"page": pages[-2]} if len(pages) > 1 else {}
    for form in re.findall(r'<form class="filters[^>]*method="get".*?</form>', text, re.DOTALL):
        for name, value in _choices(form):
            query = "&".join(filter(None, [kept, urlencode({name: value})]))
            asked.setdefault(query if name == "sort" else name, f"{path}?{query}")
    return list(asked.values())


def _choices(form: str) -> Iterable[tuple[str, str]]:
    for name, options in re.findall(r'<select[^>]* ?name="([\w-]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = [html.unescape(value) for value in re.findall(r'value="([^"]+)"', options)]
        if name == "sort":
            for value in values:
                yield name, value
        elif values:
            yield name, values[len(values) // 2]
    for kind, name in re.findall(r'<input type="(search|text|date)"[^>]* ?name="([\w-]+)"', form):
        yield name, TYPED[kind]

"""The pack for who asks what is held of a person: one ZIP with a page to read and the same as JSON.

It is made when it is asked for and kept nowhere: no copy of a child's record lies about.
"""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.requests.access import Held, Part, all_held_of
from schoolgate.authority.requests.models import DataRequest
from schoolgate.authority.requests.receiving import held, note
from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.templatetags.web import day, london_seconds

PAGE, DATA = "everything.html", "everything.json"


class NotHeld(Exception):
    """The person is not held any more."""


@transaction.atomic
def make_pack(
    asked: DataRequest, *, with_own_words: bool, by: User | None, request: HttpRequest | None = None
) -> bytes:
    """The ZIP, with what is held now; that it was made stands in the audit. Raises Closed, NotHeld.

    `with_own_words`: with what colleagues wrote of the person; somebody has read it and found that it may go.
    """
    asked = held(asked.pk)
    pupil = Pupil.people.select_related("created_by").filter(data_requests=asked).first()
    if pupil is None:
        raise NotHeld
    what = all_held_of(pupil, with_own_words=with_own_words)
    asked.packed_at = timezone.now()
    asked.save(update_fields=["packed_at"])
    packed = _zip(asked, pupil, what)
    looked(pupil, f"everything, for {asked.ref}", by=by, request=request)
    note(asked, "pack made", "with what officers wrote" if with_own_words else "", by=by, request=request)
    return packed


def name_of(asked: DataRequest) -> str:
    """What the pack is called; it names nobody."""
    return f"{asked.ref}.zip"


def _zip(asked: DataRequest, pupil: Pupil, what: Held) -> bytes:
    data = {
        "request": asked.ref,
        "received": asked.received,
        "authority": LA_NAME.get(),
        "made_at": asked.packed_at,
        "held": {part.name: part.rows for part in what.parts},
        "left_out": what.left_out,
    }
    page = render_to_string(
        "authority_requests/pack.html",
        {
            "asked": asked,
            "pupil": pupil,
            "authority": LA_NAME.get(),
            "contact": LA_CONTACT.get(),
            "made_at": asked.packed_at,
            "style": _style(),
            "held": what,
            "parts": [_readable(part) for part in what.parts],
        },
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page)
        archive.writestr(DATA, json.dumps(data, default=_plain, ensure_ascii=False, indent=1))
    return packed.getvalue()


def _readable(part: Part) -> dict[str, Any]:
    shown = [key for key in part.columns if any(row.get(key) not in {None, ""} for row in part.rows)]
    return {
        "title": part.title,
        "about": part.about,
        "headings": [part.columns[key] for key in shown],
        "rows": [[(part.columns[key], _words(row.get(key))) for key in shown] for row in part.rows],
    }


def _words(value: object) -> str:
    if isinstance(value, datetime):
        return london_seconds(value)
    if isinstance(value, date):
        return day(value)
    return "" if value is None else str(value)


def _style() -> str:
    """In the page itself, which must be whole wherever it is opened."""
    found = finders.find("authority_requests/pack.css")
    assert isinstance(found, str)
    return format_html("<style>{}</style>", mark_safe(Path(found).read_text("utf-8")))  # noqa: S308  our own file


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)

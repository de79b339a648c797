"""The support bundle: a ZIP of texts about a site, made to be read by a person before it is sent to anybody.

No part holds anything that somebody typed or sent. What is told is told by kind and number; of sentences, the program's
own words alone (`own_words`).
"""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from schoolgate import __version__
from schoolgate.commons.audit.recording import record
from schoolgate.sites.upkeep.doctor.examining import Examination, examine
from schoolgate.sites.upkeep.support import happenings, standing
from schoolgate.sites.upkeep.support.own_words import GONE, OwnWords

READ_ME = """Support bundle of a Schoolgate {site} site, version {version}, made on {made:%d %B %Y at %H:%M} UTC.

Read it before you send it: these are plain texts.

{parts}

Not in it: names and numbers of pupils, staff and people who use the site; names of files, folders, machines and
schools; addresses; passwords, tokens and keys; values of records; what others wrote. Where something of that kind was
left out of a sentence, there is a {gone} in its place. LA and school numbers stand in the journal’s lines.
"""


@dataclass(frozen=True)
class Part:
    """One text of a bundle: the file's name in it, what it tells, and all of it."""

    name: str
    about: str
    text: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.text.encode())


def make_bundle(*, slow: bool = True) -> list[Part]:
    """All parts as things stand now. Without `slow` the doctor makes its quick checks alone.

    Also where the database cannot be used: then what is read from it is left out.
    """
    own = OwnWords()
    examination = examine(slow=slow)
    parts = [
        _json("versions.json", "the program, what it is built on, and the system", standing.versions()),
        _json(
            "settings.json",
            "start-up settings: numbers and yes or no; of others whether they are set",
            standing.start_up(),
        ),
        _json("doctor.json", "what the doctor found", _found(examination)),
        _json(
            "logs.json", "ends of the files in the home’s logs folder, the program’s own words", happenings.logs(own)
        ),
    ]
    if not examination.skipped:
        parts += [
            _json(
                "preferences.json", "which preferences were changed, with numbers and yes or no", standing.preferences()
            ),
            _json("rows.json", "how many rows each table has", standing.rows()),
            _json("jobs.json", "jobs by kind and state", happenings.jobs()),
            _json("failures.json", "the last jobs that failed, the program’s own words", happenings.failures(own)),
            _json("journal.json", "the journal’s last lines, the program’s own words", happenings.journal(own)),
            Part("metrics.txt", "the numbers that Prometheus reads", standing.metrics()),
        ]
    return [_read_me(parts), *parts]


def as_zip(parts: list[Part]) -> bytes:
    """These parts as a ZIP, in a folder of its own."""
    written = io.BytesIO()
    folder = file_name().removesuffix(".zip")
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(f"{folder}/{part.name}", part.text)
    return written.getvalue()


def file_name() -> str:
    """What a bundle made now is called."""
    return f"schoolgate-{settings.SCHOOLGATE_SITE}-support-{timezone.now():%Y%m%dT%H%M}Z.zip"


def note_made(*, by: Any, request: Any = None) -> None:
    """Somebody took a bundle away: it is in the audit."""
    record("support bundle made", by=by, request=request)


def _read_me(parts: list[Part]) -> Part:
    listed = "\n".join(f"* {part.name}: {part.about}." for part in parts)
    text = READ_ME.format(
        site=settings.SCHOOLGATE_SITE, version=__version__, made=timezone.now(), parts=listed, gone=GONE
    )
    return Part("read-me.txt", "what is in it, and what is not", text)


def _json(name: str, about: str, content: Any) -> Part:
    """What is many has a line for each."""
    if isinstance(content, list):
        lines = ",\n ".join(json.dumps(one, ensure_ascii=False) for one in content)
        return Part(name, about, f"[\n {lines}\n]\n")
    return Part(name, about, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _found(examination: Examination) -> list[dict[str, str]]:
    """What was found, without where: paths, addresses and names stand there (`Finding`)."""
    told = (
        {
            "check": one.check.name,
            "state": one.finding.state,
            "found": one.finding.found,
            "cause": one.finding.cause,
            "cure": one.finding.cure,
        }
        for one in examination.found
    )
    return [{name: text for name, text in one.items() if text} for one in told]

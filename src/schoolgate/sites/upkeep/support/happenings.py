"""What happened lately: the journal, jobs that failed, and the ends of log files, in the program's own words."""

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count

from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.journal.models import JournalLine
from schoolgate.sites.upkeep.support.own_words import GONE, OwnWords

LAST_LINES = 1000
LAST_FAILED = 100
LAST_OF_A_LOG = 300
TAIL_BYTES = 256 * 1024

_SCHOOL_OR_LA = re.compile(r"\d{3,4}")
_LOG_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* (DEBUG|INFO|WARNING|ERROR|CRITICAL) (?:schoolgate[\w.]*|\S+) (.*)"
)
_FRAME = re.compile(r'\s*File ".*?[/\\](schoolgate[/\\][\w./\\]+\.py)", line (\d+), in (\w+)')


def journal(own: OwnWords) -> list[dict[str, str]]:
    """The last lines, the newest first."""
    lines = JournalLine.objects.order_by("-at", "-id")[:LAST_LINES]
    return [
        {
            "date": _moment(line.at),
            "level": line.level if line.level in JournalLine.Level.values else GONE,
            "la": _number(line.la),
            "destination_la": _number(line.destination_la),
            "school": _number(line.school),
            "message": own.keep(line.message),
            "details": own.keep(line.details),
        }
        for line in lines
    ]


def jobs() -> list[dict[str, Any]]:
    """How many there are of each kind and state."""
    counted = Job.objects.order_by("kind", "state").values("kind", "state").annotate(number=Count("id"))
    return [{"kind": _kind(one["kind"]), "state": one["state"], "number": one["number"]} for one in counted]


def failures(own: OwnWords) -> list[dict[str, Any]]:
    """The jobs that failed last, the newest first."""
    failed = Job.objects.filter(state__in=[State.FAILED, State.PARKED]).order_by("-id")[:LAST_FAILED]
    return [
        {
            "kind": _kind(job.kind),
            "state": job.state,
            "attempts": job.attempt,
            "workers_that_died": job.deaths,
            "started": _moment(job.started_at),
            "ended": _moment(job.ended_at),
            "error": own.keep(job.error),
        }
        for job in failed
    ]


def logs(own: OwnWords) -> list[list[str]]:
    """The ends of the files in the home's logs folder; of a traceback, the places in the program."""
    found = []
    for file in sorted(settings.SCHOOLGATE_HOME.logs.glob("*")):
        if file.is_file():
            with file.open("rb") as content:
                content.seek(max(0, file.stat().st_size - TAIL_BYTES))
                lines = content.read().decode("utf-8", "replace").splitlines()
            found.append([_log_line(line, own) for line in lines[-LAST_OF_A_LOG:]])
    return found


def _log_line(line: str, own: OwnWords) -> str:
    if frame := _FRAME.match(line):
        return f"{frame[1]}:{frame[2]} {frame[3]}"
    if told := _LOG_LINE.match(line):
        return f"{told[1]} {told[2]} {own.keep(told[3])}"
    return own.keep(line)


def _kind(kind: str) -> str:
    """A kind that this program does not know was written by another version, or by nobody of ours."""
    return kind if kind in KINDS else GONE


def _number(text: str) -> str:
    return text if _SCHOOL_OR_LA.fullmatch(text) else ""


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""

"""How a job looks to people."""

from datetime import timedelta
from typing import Any, Self

from django.utils import timezone
from django.utils.safestring import SafeString

from schoolgate.commons.jobs.kinds import words_of
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.web.charts import progress

NBSP = "\N{NO-BREAK SPACE}"


class ProgressText(str):
    """How far a job is: words in a download, and on a page a bar while it runs."""

    __slots__ = ("job",)
    job: Job

    def __new__(cls, job: Job) -> Self:
        done, total = job.progress_done, job.progress_total
        count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        made = super().__new__(cls, " ".join(filter(None, [count, job.progress_text])))
        made.job = job
        return made

    def __html__(self) -> str:
        return progress_bar(self.job) or str(self)


def progress_bar(job: Job) -> SafeString:
    """The bar of a running job whose work says how much there is; nothing for others."""
    if job.state != State.RUNNING or not job.progress_total:
        return SafeString("")
    return progress(job.progress_text or words_of(job.kind, job.args), job.progress_done, job.progress_total)


def took(job: Job) -> str:
    """How long the last attempt took, or takes so far: "3.2 s", "2 min 5 s", "1 h 4 min"."""
    if job.started_at is None or job.state == State.READY:
        return ""
    return span_in_words((job.ended_at or timezone.now()) - job.started_at)


def span_in_words(span: timedelta) -> str:
    """A length of time; a number and its unit stay on one line."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 9.95:
        return f"{seconds:.1f}{NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}{NBSP}h {minutes}{NBSP}min"
    return f"{minutes}{NBSP}min {rest}{NBSP}s" if minutes else f"{rest}{NBSP}s"


def attempts(job: Job) -> str:
    """How often it was tried, of how often it may be: "2 of 5"."""
    return f"{job.attempt} of {max(job.attempt, job.max_attempts)}" if job.attempt else ""


def result_in_words(job: Job) -> list[tuple[str, Any]]:
    """The result's plain facts that say something, each with its name as words."""
    facts = (job.result or {}).items()
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, value in facts
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    ]

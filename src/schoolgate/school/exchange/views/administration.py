"""Administration: the settings of this site, each on its page, with what is set now (handbook 04)."""

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.alerts.smtp import is_set_up, server_address
from schoolgate.commons.backups.models import Backup
from schoolgate.school.exchange import schedule_in_words as words
from schoolgate.school.exchange.administration.line import line_spoken
from schoolgate.school.exchange.folders import where_files_lie
from schoolgate.school.exchange.models import Destination, School
from schoolgate.school.exchange.retention import FilesExported
from schoolgate.school.exchange.scheduling import when_to_send
from schoolgate.school.exchange.setting_up import look_at_setup


@dataclass(frozen=True)
class Page:
    """One page of settings: what it is about, and what is set there now."""

    title: str
    about: str
    now: str
    name: str

    @property
    def address(self) -> str:
        return reverse(self.name)


@who("administrator")
def administration(request: PersonRequest) -> HttpResponseBase:
    """The settings, in the order in which a new site needs them."""
    return render(request, "school_exchange/administration.html", {"pages": _pages()})


def _pages() -> list[Page]:
    las = Destination.objects.count()
    schools = School.objects.count()
    return [
        Page("Connect", "From your LA’s letter to a connection that works, in five steps", _setup_now(), "connect"),
        Page("Folder", "Where your files lie", ", ".join(map(str, where_files_lie())) or "not set yet", "folder"),
        Page("LAs", "Which LAs files go to, and with which account", _many(las, "LA", "LAs"), "las"),
        Page(
            "Schools",
            "Schools with an account of their own, or that send to several LAs",
            _many(schools, "school", "schools"),
            "schools",
        ),
        Page("When to send", "On which days, and at what time", words.rule_spoken(when_to_send().rule), "schedule"),
        Page("Connection", "Proxy, security protocol type, and Test Connection", line_spoken(), "connection"),
        Page("Retention", "For how long the content of sent files is kept", _kept_now(), "retention"),
        Page("Backups", "Where and when backups are made, and the last ones", _backed_up_now(), "backups"),
        Page("System", "Whether this program and its machine are well, and help from others", "", "system"),
        Page(
            "Alerts",
            "Who is told what by mail",
            f"by {server_address()}" if is_set_up() else "no mail server",
            "alerts",
        ),
    ]


def _setup_now() -> str:
    setup = look_at_setup()
    return f"next: {setup.next.title}" if setup.next else "all is set up"


def _backed_up_now() -> str:
    newest = Backup.objects.first()
    return f"the last of {timezone.localtime(newest.made_at):%a %d %b %Y %H:%M}" if newest else "none was made yet"


def _kept_now() -> str:
    days = FilesExported.days.get()
    return _many(days, "day", "days") if days else "for ever"


def _many(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {more}"

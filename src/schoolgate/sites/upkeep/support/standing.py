"""How a site stands, in numbers: nothing here was typed by anybody."""

import platform
import re
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from schoolgate import __version__
from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import State
from schoolgate.commons.metrics.measures import Family, Sample, measured
from schoolgate.commons.metrics.prometheus import text_of
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.preferences.registry import PREFERENCES, NumberPreference, YesNoPreference
from schoolgate.sites.base import USUAL_SMTP_PORTS
from schoolgate.sites.configuration import Value
from schoolgate.sites.upkeep.doctor.findings import SITES

_NUMBER = re.compile(r"\d{1,9}")
_YES_OR_NO = {"yes", "no", "true", "false", "1", "0", "on", "off"}
_FOR_DEVELOPERS = ("extra == 'dev'", 'extra == "dev"')
_PACKAGE = re.compile(r"[A-Za-z0-9._-]+")


def versions() -> dict[str, Any]:
    """The program, Python, the system, the packages that it needs, and the database."""
    needed = [line for line in requires("schoolgate") or [] if not line.endswith(_FOR_DEVELOPERS)]
    names = sorted({found[0] for line in needed if (found := _PACKAGE.match(line))})
    return {
        "site": settings.SCHOOLGATE_SITE,
        "schoolgate": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "database": connection.vendor,
        "packages": {name: number for name in names if (number := _version(name))},
    }


def start_up() -> list[dict[str, str]]:
    """Each start-up setting with where it comes from, and its value where that can tell nothing of anybody."""
    return [
        {"setting": value.setting.name, "value": _told(value), "from": _source(value)}
        for value in settings.SCHOOLGATE_CONFIGURATION
    ]


def preferences() -> list[dict[str, Any]]:
    """Those that were changed, with the value of numbers and of yes or no."""
    changed = set(StoredPreference.objects.values_list("name", flat=True))
    return [
        {
            "preference": name,
            "value": one.get() if isinstance(one, NumberPreference | YesNoPreference) else "(set)",
        }
        for name, one in sorted(PREFERENCES.items())
        if name in changed
    ]


def rows() -> dict[str, int]:
    """How many rows each table has."""
    models = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]  # noqa: SLF001
    return {
        model._meta.db_table: model._base_manager.count()  # noqa: SLF001  Django's own way to ask a model
        for model in sorted(models, key=lambda model: model._meta.db_table)  # noqa: SLF001
    }


def metrics() -> str:
    """What Prometheus would read. A label that is no word of the program's own (a worker's name) is a number here."""
    return text_of(_without_names(family) for family in measured())


def _without_names(family: Family) -> Family:
    known = {*KINDS, *State.values, *SITES, __version__}
    numbers: dict[str, str] = {}
    samples = [
        Sample(
            sample.value,
            {
                label: text if text in known else numbers.setdefault(text, str(len(numbers) + 1))
                for label, text in sample.labels.items()
            },
        )
        for sample in family.samples
    ]
    return replace(family, samples=samples)


def _told(value: Value) -> str:
    text, default = value.text, value.setting.default
    if value.setting.secret or not text:
        return "(set)" if text else "(empty)"
    is_ours = text == default or text.lower() in USUAL_SMTP_PORTS
    is_number = _NUMBER.fullmatch(default) and _NUMBER.fullmatch(text)
    is_answer = default in {"yes", "no"} and text.lower() in _YES_OR_NO
    return text if is_ours or is_number or is_answer else f"(set, {len(text)} characters)"


def _source(value: Value) -> str:
    """A file that somebody named is told as the variable that names it."""
    return "variable" if value.source.startswith("SCHOOLGATE_") else value.source


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

"""Tasks for the portal's tests, and how its pages are asked."""

from datetime import time
from typing import Any

from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.models import Data, Owner, ScheduledTask
from schoolgate.authority.collection.wishes import Wish
from schoolgate.commons.schedules.rules import Weekly

THURSDAYS = Weekly(time(18, 30), frozenset({3}))


def made(name: str, *bases: Base, owner: str = Owner.LA, data: str = Data.SNAPSHOT, **more: Any) -> ScheduledTask:
    """A task of the authority's command line for these schools."""
    return steps.save(Wish(name, owner, data, THURSDAYS, bases, **more), by=None)


def page(browser: Client, route: str, base: Base, *numbers: int) -> str:
    """What a page of a school in the portal says."""
    answer: Any = browser.get(reverse(route, args=[base.pk, *numbers]))
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def posted(browser: Client, route: str, base: Base, *numbers: int, **typed: Any) -> str:
    """What is said in the end after a button of the portal was pressed."""
    answer: Any = browser.post(reverse(route, args=[base.pk, *numbers]), typed, follow=True)
    return str(answer.content, "utf-8")

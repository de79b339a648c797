"""The door of an API as a program meets it, without a server between."""

from typing import Any

from django.core import signals
from django.db import close_old_connections

from schoolgate.sites.doors import ProgramDoor


class DoorOfTheTest(ProgramDoor):
    """An API's door; the test's open transaction outlives its requests, as with Django's own test client."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        moments = (signals.request_started, signals.request_finished)
        for moment in moments:
            moment.disconnect(close_old_connections)
        try:
            answer = super().__call__(environ, start_response)
            body = b"".join(answer)
            answer.close()
        finally:
            for moment in moments:
                moment.connect(close_old_connections)
        return [body]

"""A base's connection: made into a connector, tested, and told of when it does not work."""

from django.db import transaction
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import Connection, ConnectionState
from schoolgate.authority.collection.options import options_of
from schoolgate.authority.collection.tools import NotNow, tools_for
from schoolgate.wire.mis.connector import Check, Connector, MisError, Tools, Trouble
from schoolgate.wire.mis.registry import connector_named

NEEDS_SOMEBODY = frozenset({Trouble.CREDENTIAL, Trouble.KEY, Trouble.CONSENT, Trouble.SCOPE})
"""Troubles that only a person ends, at the school, the vendor or here."""

NO_CONNECTION = "no-connection"
"""Code of a run: nobody has entered what the school's system is asked with."""


class NotConnected(Exception):
    """What a base's system is asked with is not there. `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def connection_of(base: Base) -> Connection:
    """The connection by which a base is collected. Raises NotConnected."""
    found = Connection.objects.filter(base=base, connector=base.mis).first()
    if found is None:
        raise NotConnected(f"Nobody has entered the settings by which {base.name} is asked. Enter them at the base.")
    return found


def connector_for(connection: Connection, tools: Tools) -> Connector:
    """The connector of a connection. Raises NotConnected where a value is missing, or its kind is not known here."""
    try:
        kind = connector_named(connection.connector)
    except KeyError:
        raise NotConnected(
            f"This version of Schoolgate does not know how to ask {connection.connector}. Choose another system."
        ) from None
    values = connection.values
    missing = [setting.label for setting in kind.settings if not values.get(setting.name)]
    if missing:
        raise NotConnected(f"{', '.join(missing)} must be entered again at the base.")
    return kind(values, options_of(kind.name), tools)


def reader_of(base: Base, connector: str) -> Connector:
    """A connector that reads rows as they were kept; it makes no call. Raises KeyError for one not known here."""
    kind = connector_named(connector)
    connection = Connection.objects.filter(base=base, connector=connector).first()
    values = connection.values if connection else {}
    return kind({one.name: values.get(one.name, "") for one in kind.settings}, options_of(connector), tools_for(None))


def tested(connection: Connection) -> Check:
    """Make one real data call with a connection's values, and keep what it said; a connection without a row is only
    tried. Raises nothing of the API's."""
    try:
        check = connector_for(connection, tools_for(None)).check()
    except NotConnected as error:
        check = Check(error.sentence, Trouble.CREDENTIAL)
    except NotNow as later:
        minutes = max(1, round(later.seconds / 60))
        check = Check(f"The service takes no calls for about {minutes} min. Try again then.", Trouble.BUSY)
    except MisError as error:
        check = Check(error.sentence, error.trouble)
    if connection.pk:
        note(connection, check)
    return check


def note(connection: Connection, check: Check) -> None:
    """Keep what a call said of a connection, unless other values were entered meanwhile."""
    state = ConnectionState.NEEDS_ATTENTION if check.trouble in NEEDS_SOMEBODY else ConnectionState.WORKS
    if check.trouble and check.trouble not in NEEDS_SOMEBODY:
        # Nobody got through to be told whether the values are right.
        state = ConnectionState(connection.state)
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk, entered_at=connection.entered_at).update(
            state=state,
            trouble=check.trouble or "",
            said=check.sentence[:500],
            tested_at=timezone.now(),
        )
    connection.refresh_from_db()

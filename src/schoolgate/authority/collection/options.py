"""What is set of a vendor's service for all schools of this site: a preference for each of a connector's options."""

from collections.abc import Mapping

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.preferences.registry import Preference, SealedPreference, TextPreference
from schoolgate.wire.mis.connector import Connector
from schoolgate.wire.mis.registry import all_connectors


def _preference(connector: type[Connector], name: str) -> Preference[str]:
    option = next(one for one in connector.options if one.name == name)
    label = option.label[:1].lower() + option.label[1:]
    of_whom = f"{connector.name}-{name.replace('_', '-')}"
    meaning = f"{connector.label}: {label}"
    if option.secret:
        return SealedPreference(of_whom, default="", meaning=meaning)
    return TextPreference(of_whom, default=option.default, meaning=meaning)


OPTIONS: Mapping[str, Mapping[str, Preference[str]]] = {
    connector.name: {option.name: _preference(connector, option.name) for option in connector.options}
    for connector in all_connectors().values()
}
"""By connector and option."""


def options_of(connector: str) -> dict[str, str]:
    """What is set; a connector that came later, as in tests, has its defaults."""
    return {name: preference.get() for name, preference in OPTIONS.get(connector, {}).items()}


def set_options(
    connector: type[Connector], values: Mapping[str, str], *, by: User | None, request: HttpRequest | None = None
) -> None:
    """Set what is given; emptied, an option is as shipped, but a secret stays."""
    with transaction.atomic():
        for option in connector.options:
            value = values.get(option.name, "")
            if value or not option.secret:
                preference = OPTIONS[connector.name][option.name]
                preference.set(value or option.default, by=by, request=request)

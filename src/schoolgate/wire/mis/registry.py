"""Which connectors there are: whoever's file lies in `connectors`."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from schoolgate.wire.mis import connectors
from schoolgate.wire.mis.connector import Connector


@cache
def all_connectors() -> Mapping[str, type[Connector]]:
    """The connectors by name, in the order of their labels."""
    modules = [import_module(f"{connectors.__name__}.{module.name}") for module in iter_modules(connectors.__path__)]
    classes: list[type[Connector]] = [module.CONNECTOR for module in modules]
    return {one.name: one for one in sorted(classes, key=lambda one: one.label)}


def connector_named(name: str) -> type[Connector]:
    """The connector of this name; raises KeyError."""
    return all_connectors()[name]

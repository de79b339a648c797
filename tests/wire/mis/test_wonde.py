from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from tests.wire.mis.kit import Cloud, ConnectorKit

from schoolgate.simulators.population import Population
from schoolgate.simulators.simulator import Simulator
from schoolgate.simulators.wonde import Wonde as Simulated
from schoolgate.simulators.wonde_switches import WondeSwitches
from schoolgate.wire.mis.connector import Connector
from schoolgate.wire.mis.connectors.wonde import Wonde


class WondeCloud(Cloud):
    connector_class = Wonde
    simulator: Simulated

    def make(self, schools: Iterable[Population], now: Callable[[], datetime]) -> Simulator[Any]:
        return Simulated(list(schools), WondeSwitches(calls_per_second=0), now=now)

    def connector(self, school: int = 0, skew: timedelta = timedelta(0), /, **options: str) -> Connector:
        said = self.simulator.settings(self.url)[school]
        values = {one.name: options.pop(one.name, said[one.name]) for one in Wonde.settings}
        return Wonde(values, {"calls_per_second": "1000", "base_url": said["base_url"], **options}, self.tools(skew))


class TestWonde(ConnectorKit):
    def open_cloud(self, open_until: ExitStack, *schools: Population) -> WondeCloud:
        return WondeCloud(open_until, *schools)

    def name_at_vendor(self, cloud: Cloud) -> str:
        return cloud.simulator.settings(cloud.url)[0]["school_id"]

"""A supplier's service under load, beside the same six operations served by spyne; and our client beside zeep.

Both servers are granian with one worker, pinned to one core, on a copy of one SQLite database (WAL, synchronous FULL).
Ours checks the password of every call, counts wrong ones, keeps a log of all calls and notes bent rules. spyne's looks
the account up by its name and reads and writes by Django's ORM as one usually would; it does none of the rest
(`bench/peers/spyne_service`). wrk sends from the other core, by 16 connections, a mix of all six operations (`MIX`);
what differs between the two loads is the size of what FetchDoc gives out and SendOrder takes in. Orders have a new
number each, so each is a new row; passwords change as they are changed; documents are taken and asked for again.
Before, what zeep and our client read from both servers is compared. Each server is called for two seconds that do not
count, in which its threads open their connections. Every answer's status is counted, and one that is not 200 ends the
benchmark.

That load is as much as the server takes: sixteen calls are always on their way, and each waits for all before it.
Beside it our service is measured at half of that rate, by as many connections and at fixed times (`bench/open_loop`).
The clients are measured against a server that gives recorded answers (`bench/peers/recorded_service`), or most of their
time would be the server's.
"""

import contextlib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bench.measuring import MIB, print_result, print_table
from schoolgate.sites.supervising import FEW_ARENAS

ROUNDS = int(os.environ.get("SCHOOLGATE_BENCH_ROUNDS", "3"))
SECONDS = {"mix": 8, "alike": 4}
WARM_UP_SECONDS = 2
CONNECTIONS = 16
BUYERS = 20
DOCUMENTS = 10
"""Waiting for each buyer."""

MIX = {
    "FetchIndex": 40,
    "FetchDoc": 25,
    "UpdateDocumentStatus": 20,
    "SendOrder": 10,
    "FetchHistory": 4,
    "ChangePassword": 1,
}
"""Of a hundred calls: what schools' imports make (reference 1). Half of the changes of status change nothing."""

ALIKE = dict.fromkeys(MIX, 1)
"""Of no school's, to be seen beside. A password is changed less often than that, since one at a time is."""
MIXES = {"mix": MIX, "alike": ALIKE}

LINES = {"small": 1, "large": 71}
"""Of an order or a basket: 2 KB, the least that the schema allows with all that the profile wants, and 48 KB."""

FLOORS = {"small_vs_spyne": 2.0, "large_vs_spyne": 3.0, "client_vs_zeep": 2.0}
MOST_P99_MS = 20.0
MOST_RSS = 96 * MIB

SERVER_CORE, CLIENT_CORE = "0", "1"
SINCE = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Load:
    """What one run of wrk found. `p99_ms` is of all calls; `rss` the most memory of the worker, in bytes."""

    calls_a_second: float
    p99_ms: float
    rss: int


Loads: TypeAlias = dict[tuple[str, str], list[Load]]
"""By size of documents and name of the server."""


def fill_site(folder: str, lines: str) -> None:
    """Make a supplier with its schools and what waits for them, and write wrk's calls and passwords into `folder`."""
    import django

    django.setup()
    from tests.supplier.papers import a_basket, an_authorised_order

    from schoolgate.supplier.buyers.accounts import add_buyer
    from schoolgate.supplier.buyers.suppliers import add_supplier
    from schoolgate.supplier.queue.putting import put_document
    from schoolgate.wire.soap.answers import write_call

    supplier = add_supplier("Riverside School Supplies", "123456789", by=None)
    calls: list[tuple[str, str]] = []
    passwords = []
    for number in range(BUYERS):
        user = f"school{number}"
        duns = str(900_000_000 + number)
        buyer, password = add_buyer(supplier, name=f"School {number}", duns=duns, user=user, by=None)
        passwords.append(f"{user} {password}")
        ids = []
        for seed in range(DOCUMENTS):
            document, _ = put_document(buyer, "order", a_basket(buyer, seed=seed, lines=int(lines)), by=None)
            ids.append(document.doc_id)
        order = an_authorised_order(buyer, lines=int(lines), number="@NUMBER@")
        for turn, doc_id in enumerate(ids):
            for processed in ("true", "false"):
                arguments = {
                    "FetchHistory": {"BeginDate": SINCE},
                    "FetchDoc": {"DocID": doc_id},
                    "UpdateDocumentStatus": {"DocID": doc_id, "Processed": processed},
                    "SendOrder": {"Document": order},
                }
                # A call on its way with the former password is refused once the new one is used. So one school changes
                # its password for all, and does nothing else.
                own = (
                    [name for name in MIX if name != "ChangePassword"] if number else ["ChangePassword"] * (BUYERS - 1)
                )
                for operation in own:
                    path = Path(folder, f"{user}-{turn}-{processed}-{operation}")
                    path.write_bytes(write_call("1.1", operation, arguments.get(operation, {}), user, "@PASSWORD@"))
                    calls.append((operation, f"{operation} {user} {path}"))
    for name, mix in MIXES.items():
        mixed = [call for operation, call in calls for _ in range(mix[operation])]
        random.Random(7).shuffle(mixed)
        Path(folder, name).write_text("\n".join(mixed))
    Path(folder, "passwords").write_text("\n".join(passwords))


def serve(target: str) -> None:
    """Serve a WSGI application as `schoolgate supplier web` serves ours."""
    import django

    django.setup()
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from schoolgate.sites.serving import address
    from schoolgate.sites.web_server import WebServer

    host, port = address()
    WebServer(
        target, address=host, port=port, interface=Interfaces.WSGI, blocking_threads=64, log_level=LogLevels.error
    ).serve()


PARTS: dict[str, Callable[..., None]] = {"fill_site": fill_site, "serve": serve}
SERVERS = {"schoolgate": "schoolgate.sites.doors:application", "spyne": "bench.peers.spyne_service:application"}
RECORDED = "bench.peers.recorded_service:application"


def main() -> None:
    """Measure in alternating rounds and print both tables; ends with an error where a floor or a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as temporary:
        sites = {size: _prepare(Path(temporary, size), lines) for size, lines in LINES.items()}
        for site in sites.values():
            _compare_answers(site)
        runs: dict[str, Loads] = {mix: {(size, name): [] for size in LINES for name in SERVERS} for mix in MIXES}
        for _ in range(ROUNDS):
            for mix, loads in runs.items():
                for (size, name), measured in loads.items():
                    measured.append(_load(sites[size], name, mix))
        half = _speed(runs["mix"]["small", "schoolgate"]) / 2
        below = [_at_rate(sites["small"], half) for _ in range(ROUNDS)]
        clients = _measure_clients(sites["small"])
    for mix, loads in runs.items():
        _print_loads(mix, loads)
    _print_clients(clients)
    loads = runs["mix"]
    ours = [load for (_, name), measured in loads.items() if name == "schoolgate" for load in measured]
    ratios = {
        **_beside_spyne(loads),
        "client_vs_zeep": statistics.median(clients["schoolgate"]) / statistics.median(clients["zeep"]),
    }
    rss = max(load.rss for load in ours)
    p99 = statistics.median(load.p99_ms for load in loads["small", "schoolgate"])
    print(f"Floors: {FLOORS}; p99 of small calls {p99:.1f} ms (at most {MOST_P99_MS:.0f}).")
    p50_below, p99_below = (statistics.median(run[name] for run in below) for name in ("p50", "p99"))
    print(f"At {half:,.0f} calls/s, half of that load: p50 {p50_below:.1f} ms, p99 {p99_below:.1f} ms.")
    print_result("soap", ratios, rss, {"all_alike": _beside_spyne(runs["alike"])})
    if any(ratios[name] < floor for name, floor in FLOORS.items()) or p99 > MOST_P99_MS or rss > MOST_RSS:
        sys.exit("A floor or a limit is missed.")


def _beside_spyne(loads: Loads) -> dict[str, float]:
    return {f"{size}_vs_spyne": _speed(loads[size, "schoolgate"]) / _speed(loads[size, "spyne"]) for size in LINES}


def _speed(runs: list[Load]) -> float:
    return statistics.median(run.calls_a_second for run in runs)


def _print_loads(mix: str, loads: Loads) -> None:
    lines = [
        [
            f"{name}, {size}",
            f"{_speed(runs):,.0f}",
            f"{statistics.median(run.p99_ms for run in runs):.1f}",
            f"{max(run.rss for run in runs) / MIB:.0f}",
        ]
        for (size, name), runs in loads.items()
    ]
    title = f"All six operations ({mix}), {CONNECTIONS} connections, one core; medians of {ROUNDS} alternating rounds"
    print_table(title, ["server", "calls/s", "p99 ms", "peak RSS MiB"], lines)


def _print_clients(clients: Mapping[str, list[float]]) -> None:
    lines = [[name, f"{statistics.median(runs):,.0f}"] for name, runs in clients.items()]
    print_table("One client, one connection, to a server of recorded answers", ["client", "calls/s"], lines)


def _prepare(folder: Path, lines: int) -> Path:
    """A filled home, with wrk's calls beside it."""
    folder.mkdir()
    environment = _environment(folder / "home", _free_port())
    init = [sys.executable, "-m", "schoolgate.sites.cli", "supplier", "init", "--json"]
    subprocess.run(init, env=environment, check=True, capture_output=True)
    _part(environment, "fill_site", str(folder), str(lines))
    return folder


@contextlib.contextmanager
def _serving(site: Path, target: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """One of the servers on a copy of the site: its port and its process."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as home:
        shutil.copytree(site / "home", home, dirs_exist_ok=True)
        recorded = {"BENCH_RECORDED": str(site / "recorded")}
        command = ["taskset", "-c", SERVER_CORE, sys.executable, "-m", "bench.soap", "serve", target]
        process = subprocess.Popen(command, env=_environment(Path(home), port) | FEW_ARENAS | recorded)
        try:
            _wait_until_up(port)
            yield port, process
        finally:
            process.terminate()
            process.wait(30)


def _load(site: Path, name: str, mix: str) -> Load:
    with _serving(site, SERVERS[name]) as (port, process):
        _wrk(site, mix, port, WARM_UP_SECONDS, BENCH_FIRST_NUMBER="90000000", BENCH_KEEPS_PASSWORDS="yes")
        told = _wrk(site, mix, port, SECONDS[mix], BENCH_FIRST_NUMBER="0")
        rss = _peak_rss_of_worker(process.pid)
    if told["broken"] or set(told["statuses"]) != {"200"}:
        raise RuntimeError(f"{name} did not answer every call: {told}")
    return Load(told["statuses"]["200"] / told["microseconds"] * 1e6, told["p99"] / 1000, rss)


def _wrk(site: Path, mix: str, port: int, seconds: int, **environment: str) -> dict[str, Any]:
    """What wrk tells of its calls."""
    calls = {"BENCH_CALLS": str(site / mix), "BENCH_PASSWORDS": str(site / "passwords")}
    wrk = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
    said = subprocess.run(
        [*wrk, "-s", "bench/soap.lua", f"http://127.0.0.1:{port}"],
        env={**os.environ, **calls, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(said.stdout.strip().splitlines()[-1])
    return told


def _at_rate(site: Path, rate: float) -> Mapping[str, float]:
    """What small calls of our service take at so many a second: p50 and p99 in milliseconds."""
    with _serving(site, SERVERS["schoolgate"]) as (port, _):
        command = ["taskset", "-c", CLIENT_CORE, sys.executable, "-m", "bench.open_loop"]
        command += [str(port), str(site), "mix", str(rate), str(SECONDS["mix"]), str(CONNECTIONS)]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    if set(told["statuses"]) != {"200"}:
        raise RuntimeError(f"The service did not answer every call: {told}")
    return {"p50": told["p50"], "p99": told["p99"]}


def _compare_answers(site: Path) -> None:
    """Raises RuntimeError where zeep reads anything else from our service than our client does there or at spyne's."""
    told = set()
    for server, client in (("schoolgate", "zeep"), ("schoolgate", "schoolgate"), ("spyne", "schoolgate")):
        with _serving(site, SERVERS[server]) as (port, _):
            told.add(_client(client, "answers", site, port))
    if len(told) != 1:
        raise RuntimeError("The answers of the two servers are not the same to both clients.")


def _measure_clients(site: Path) -> dict[str, list[float]]:
    """Calls a second of each client, round by round, to the server of recorded answers."""
    runs: dict[str, list[float]] = {"schoolgate": [], "zeep": []}
    _record(site)
    with _serving(site, RECORDED) as (port, _):
        for _ in range(ROUNDS):
            for name, rates in runs.items():
                rates.append(float(_client(name, "rate", site, port)))
    return runs


def _record(site: Path) -> None:
    """Keep what our service answers to the calls that the clients make."""
    from schoolgate.documents.ebis.index import read_index
    from schoolgate.wire.http import make_transport
    from schoolgate.wire.soap.answers import read_answer, write_call
    from schoolgate.wire.soap.client import call_headers
    from schoolgate.wire.soap.posting import Line

    folder = site / "recorded"
    folder.mkdir()
    user, password = (site / "passwords").read_text().splitlines()[0].split()
    with _serving(site, SERVERS["schoolgate"]) as (port, _), make_transport() as transport:
        line = Line(f"http://127.0.0.1:{port}/Service.asmx", transport)
        wsdl = line.get("WSDL").content
        (folder / "WSDL").write_bytes(wsdl.replace(b"127.0.0.1:%d" % port, b"recorded.example"))
        doc_id = ""
        for operation in ("FetchIndex", "FetchHistory", "FetchDoc"):
            arguments = {"FetchHistory": {"BeginDate": SINCE}, "FetchDoc": {"DocID": doc_id}}.get(operation, {})
            body = write_call("1.1", operation, arguments, user, password)
            reply = line.post(body, call_headers("1.1", operation))
            (folder / operation).write_bytes(reply.content)
            if operation == "FetchIndex":
                text = read_answer(reply.content, reply.content_type, operation)
                assert isinstance(text, str)
                doc_id = read_index(text)[0].doc_id


def _client(name: str, what: str, site: Path, port: int) -> str:
    account = (site / "passwords").read_text().splitlines()[0].split()
    command = ["taskset", "-c", CLIENT_CORE, sys.executable, "-m", "bench.peers.soap_clients", name, what]
    url = f"http://127.0.0.1:{port}/Service.asmx"
    return subprocess.run([*command, url, *account], check=True, stdout=subprocess.PIPE, text=True).stdout


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET /Service.asmx?WSDL HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if line.recv(1):
                return
        if time.monotonic() > deadline:
            raise RuntimeError("A server did not start.")
        time.sleep(0.1)


def _peak_rss_of_worker(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    peaks = [line for child in children for line in Path(f"/proc/{child}/status").read_text().splitlines()]
    return max(int(line.split()[1]) * 1024 for line in peaks if line.startswith("VmHWM"))


def _environment(home: Path, port: int) -> dict[str, str]:
    site = {"DJANGO_SETTINGS_MODULE": "schoolgate.sites.supplier", "SCHOOLGATE_PORT": str(port)}
    return {**os.environ, **site, "SCHOOLGATE_HOME": str(home)}


def _part(environment: Mapping[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.soap", *words], env=environment, check=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PARTS[sys.argv[1]](*sys.argv[2:])
    else:
        main()

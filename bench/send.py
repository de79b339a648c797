"""Sending many small files, beside a plain httpx loop over 8 streams.

Ours is the whole job as a user starts it: `schoolgate school export` checks every file against the schema, keeps a
copy, sends it to a real authority site (granian), verifies each signed receipt, writes it beside the file and moves
the file; all of it durable step by step. The peer, to the same authority site, reads, PUTs and flushes a mark for each
answer, and nothing else. A second peer shows what the site itself costs: the same loop to a bare hub that only checks
the digest and flushes (bench/peers): no login, no rows, no receipt. None speaks TLS: all is on loopback. After each run
the files at the hub are counted by digest, and the receipts or marks at the sender; a missing one ends the benchmark.
"""

import contextlib
import gzip
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from bench.measuring import MIB, Measured, Row, print_result, print_table

FILES = int(os.environ.get("SCHOOLGATE_BENCH_FILES", "1000"))
SCHOOLS = 50
ROUNDS = 3
FLOOR = 0.3
"""Of the plain loop's files a second (issue 1)."""

_SETTLE_SECONDS = 2.5
_HTTPX = [sys.executable, "-m", "bench.peers.httpx_sender"]
_WEB = [sys.executable, "-m", "schoolgate.sites.cli", "authority", "web"]
_LOOK_ONCE = """
import django; django.setup()
from schoolgate.school.exchange.settling import look_once
look_once("820")
"""


def make_inputs(folder: str, files: str) -> None:
    """Make up files of 5 to 500 KB, most of them small, of many schools; the sizes of a weekly change file."""
    from schoolgate.documents.samples.files import write_student_sample
    from schoolgate.documents.samples.students import make_students

    sizes = random.Random(4)
    for number in range(int(files)):
        pupils = min(74, max(1, round(sizes.lognormvariate(0.9, 0.9))))
        school = str(2000 + number % SCHOOLS)
        sample = make_students(la="820", school=school, destination_la="820", pupils=pupils, seed=number)
        write_student_sample(Path(folder), sample, serial=1 + number // SCHOOLS)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as temporary:
        inputs = Path(temporary, "inputs")
        _python("from bench.send import make_inputs", f"make_inputs({str(inputs)!r}, '{FILES}')")
        digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs.iterdir()}
        total = sum(path.stat().st_size for path in inputs.iterdir())
        ours = Row("schoolgate school export", [])
        peer = Row("httpx, 8 streams, same authority site", [])
        bare = Row("httpx, 8 streams, bare hub", [])
        hub_rss = 0
        for number in range(ROUNDS):
            folder = Path(temporary, str(number))
            folder.mkdir()
            bare.runs.append(_run_to_bare_hub(inputs, folder / "bare", digests))
            peer.runs.append(_run_peer(inputs, folder / "peer", digests))
            run, rss = _run_ours(inputs, folder / "ours", digests)
            ours.runs.append(run)
            hub_rss = max(hub_rss, rss)
            shutil.rmtree(folder)
    lines = [
        [
            row.name,
            f"{row.seconds:.1f}",
            f"{FILES / row.seconds:,.0f}",
            f"{total / row.seconds / 1e6:.1f}",
            f"{row.peak_rss / MIB:.0f}",
        ]
        for row in (ours, peer, bare)
    ]
    title = f"Sending {FILES:,} files, {total / 1e6:.0f} MB, {SCHOOLS} schools; medians of {ROUNDS} alternating rounds"
    print_table(title, ["", "seconds", "files/s", "MB/s", "peak RSS MiB"], lines)
    print(f"The authority site's web process held {hub_rss / MIB:.0f} MiB at most. Every file counted by digest.")
    ratio = peer.seconds / ours.seconds
    print(f"Floor: {FLOOR} of the plain loop to the same site; reached: {ratio:.2f}.")
    print(f"Beside the loop to the bare hub: {bare.seconds / ours.seconds:.2f}.")
    print_result("send", {"files_vs_httpx_8_streams": ratio}, ours.peak_rss)


def _run_to_bare_hub(inputs: Path, folder: Path, digests: set[str]) -> Measured:
    hub, marks = folder / "hub", folder / "marks"
    hub.mkdir(parents=True)
    marks.mkdir()
    port = _free_port()
    command = [sys.executable, "-m", "bench.peers.plain_hub", str(port)]
    with _running(command, {**os.environ, "PLAIN_HUB_FOLDER": str(hub)}, port):
        run = _measure([*_HTTPX, f"http://127.0.0.1:{port}", str(inputs), str(marks)], dict(os.environ))
    kept = {hashlib.sha256(path.read_bytes()).hexdigest() for path in hub.iterdir()}
    _insist(kept == digests and len(list(marks.iterdir())) == FILES, "the plain loop to the bare hub")
    return run


def _run_peer(inputs: Path, folder: Path, digests: set[str]) -> Measured:
    marks = folder / "marks"
    marks.mkdir(parents=True)
    port = _free_port()
    authority = _environment(folder / "authority", port)
    account = _set_up_authority(authority)
    with _running(_WEB, authority, port):
        url = f"http://127.0.0.1:{port}/exchange/v1"
        credentials = {"user": account["user"], "password": account["password"]}
        token = httpx.post(f"{url}/token", json=credentials, trust_env=False).raise_for_status().json()["token"]
        run = _measure([*_HTTPX, f"{url}/student/files", str(inputs), str(marks), token], dict(os.environ))
    _insist(_kept_at(folder) == digests and len(list(marks.iterdir())) == FILES, "the plain loop")
    return run


def _run_ours(inputs: Path, folder: Path, digests: set[str]) -> tuple[Measured, int]:
    port = _free_port()
    authority = _environment(folder / "authority", port)
    school = _environment(folder / "school", _free_port())
    account = _set_up_authority(authority)
    root = folder / "root"
    _schoolgate(school, "school", "init", "--root-folder", str(root))
    with _running(_WEB, authority, port) as web:
        password = folder / "password"
        password.write_text(account["password"])
        where = ["--url", f"http://127.0.0.1:{port}", "--user", account["user"], "--password-file", str(password)]
        _schoolgate(school, "school", "destinations", "add", "--la", "820", *where)
        waiting = root / "820" / "Files Not Exported"
        for path in inputs.iterdir():
            shutil.copyfile(path, waiting / path.name)
        # Files settle before they are taken; that wait is the same for one file and for a thousand, and not measured.
        _python_in(school, _LOOK_ONCE)
        time.sleep(_SETTLE_SECONDS)
        run = _measure([sys.executable, "-m", "schoolgate.sites.cli", "school", "export"], school)
        rss = _peak_rss_of_children(web.pid)
    receipts = list((root / "820" / "Files Exported").glob("*.receipt.json"))
    _insist(_kept_at(folder) == digests and len(receipts) == FILES and not list(waiting.iterdir()), "schoolgate")
    return run, rss


def _kept_at(folder: Path) -> set[str]:
    """The digests of what the authority site keeps, of the bytes themselves."""
    kept = (folder / "authority" / "files").glob("??/*.xml.gz")
    return {hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() for path in kept}


def _set_up_authority(environment: Mapping[str, str]) -> Any:
    _schoolgate(environment, "authority", "init", "--la", "820", "--name", "Bench")
    account = _schoolgate(environment, "authority", "accounts", "add", "--la", "820", "--school", "2000")
    more = "".join(
        f"add_base(la='820', number='{2000 + number}', name='School', account=account)\n"
        for number in range(1, SCHOOLS)
    )
    _python_in(
        {**environment, "DJANGO_SETTINGS_MODULE": "schoolgate.sites.authority"},
        "import django; django.setup()\n"
        "from schoolgate.authority.bases.accounts import add_base\n"
        "from schoolgate.commons.accounts.models import User\n"
        f"account = User.objects.get(username={account['user']!r})\n{more}",
    )
    return account


def _environment(home: Path, port: int) -> dict[str, str]:
    site = "authority" if home.name == "authority" else "school"
    return {
        **os.environ,
        "SCHOOLGATE_HOME": str(home),
        "SCHOOLGATE_PORT": str(port),
        "SCHOOLGATE_DEMO": "yes",
        "DJANGO_SETTINGS_MODULE": f"schoolgate.sites.{site}",
    }


def _schoolgate(environment: Mapping[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "schoolgate.sites.cli", *arguments, "--json"]
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)


def _measure(command: list[str], environment: Mapping[str, str]) -> Measured:
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    _insist(process.returncode == 0, " ".join(command))
    return Measured(time.perf_counter() - began, usage.ru_maxrss * 1024)


@contextlib.contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/exchange/v1/", trust_env=False)
                break
            except httpx.TransportError:
                _insist(time.monotonic() < deadline, " ".join(command))
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _peak_rss_of_children(parent: int) -> int:
    """The most memory a process and its children held, in bytes, as Linux tells it; 0 elsewhere."""
    peak = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if parent in {int(facts["Pid"]), int(facts["PPid"])} and "VmHWM" in facts:
                peak = max(peak, int(facts["VmHWM"].split()[0]) * 1024)
    return peak


def _python(*lines: str) -> None:
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


def _python_in(environment: Mapping[str, str], program: str) -> None:
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _insist(right: bool, what: str) -> None:
    if not right:
        raise RuntimeError(f"{what} did not do what it was measured for.")


if __name__ == "__main__":
    main()

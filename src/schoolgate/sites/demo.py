"""A whole exchange on this machine: two authorities, a school, a supplier, a vendor's cloud, the main job (DESIGN 11).

Everything runs as its users would run it: each step is a `schoolgate` command, the sites are real servers on loopback,
each with its own home and database.
"""

import socket
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from schoolgate.sites import demo_ledger, demo_personnel, demo_supplier
from schoolgate.sites.demo_collection import LA as LA_THAT_COLLECTS
from schoolgate.sites.demo_collection import SCHOOL as COLLECTED_SCHOOL
from schoolgate.sites.demo_collection import Collection
from schoolgate.sites.demo_files import MOVED, SCHOOLS, drop_first_week, drop_second_week, upn_of
from schoolgate.sites.demo_site import DemonstrationFailed, Site
from schoolgate.sites.orphans import i_am_the_parent

MAIN_JOB_SECONDS = 120.0
LOOK_EVERY_SECONDS = 1.5
ORDERED = frozenset({"sent", "part-invoiced", "complete"})


AUTHORITIES = {"820": ("authority", "Bedfordshire"), "823": ("authority-2", "Central Bedfordshire")}


class Demonstration:
    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home = home
        self.say = say
        self.root_folder = home / "root"
        self.authorities = {
            la: Site("authority", home / folder, _free_address(), la) for la, (folder, _) in AUTHORITIES.items()
        }
        self.school = Site("school", home / "school", _free_address(), SCHOOLS[0].la)
        self.supplier = Site("supplier", home / "supplier", _free_address())
        self.collection = Collection()
        self.buyers: list[dict[str, str]] = []
        self.member = 0
        self.result: dict[str, int] = {}
        self.look_at: dict[str, str] = {}

    @property
    def collecting(self) -> Site:
        """The authority that asks a vendor's cloud."""
        return self.authorities[LA_THAT_COLLECTS]

    @property
    def sites(self) -> list[Site]:
        return [*self.authorities.values(), self.school, self.supplier]

    def set_up(self) -> None:
        i_am_the_parent()
        self.collection.start()
        self.say("Setting up two authorities, a school, a supplier and two vendors' clouds…")
        authorities = [lambda la=la: self._set_up_authority(la) for la in self.authorities]
        _all_at_once([*authorities, self._set_up_school, self._set_up_supplier])
        for site in self.sites:
            site.start()
        for site in self.sites:
            site.wait_until_up()
        _all_at_once([self._connect_school, lambda: self.collection.collect(self.collecting, "snapshot")])

    def _set_up_authority(self, la: str) -> None:
        site = self.authorities[la]
        # The second authority takes a file from a school that is not its own.
        from_elsewhere = any(school.destination == la != school.la for school in SCHOOLS)
        licence = "--out-of-county-licence" if from_elsewhere else "--no-out-of-county-licence"
        name, contact = AUTHORITIES[la][1], "Data Team, 01234 000000"
        schools = [school for school in SCHOOLS if school.destination == la]
        user = f"{schools[0].la}{schools[0].number}"
        _, administrator, officer, _, _, *accounts, school_user = site.run_several(
            ["init", "--la", la, "--name", name, "--contact", contact, licence],
            ["users", "add", "administrator", "--role", "administrator"],
            ["users", "add", "officer", "--role", "officer"],
            ["users", "rights", "officer", "--give", "staff-records", "--give", "data-requests"],
            ["rules", "use", "Always import", "--new-bases", "--add-unmatched"],
            *(
                ["accounts", "add", "--la", of.la, "--school", of.number, "--name", of.name, "--user", user]
                for of in schools
            ),
            ["portal", "invite", user, "--user", "school", "--name", "Sam Reed", "--with-password"],
        )
        site.users += [administrator, officer, {name: school_user[name] for name in ("user", "password", "role")}]
        password = accounts[0]["password"]
        site.exchange_accounts += [
            {"user": user, "password": password, "la": school.la, "school": school.number} for school in schools
        ]
        if site is self.collecting:
            with TemporaryDirectory(dir=self.home) as folder:
                self.collection.set_up(site, Path(folder))

    def _set_up_school(self) -> None:
        self.root_folder.mkdir(parents=True, exist_ok=True)
        _, *self.school.users = self.school.run_several(
            ["init", "--root-folder", str(self.root_folder), "--name", "Green Abbey and partners"],
            ["users", "add", "administrator", "--role", "administrator"],
            ["users", "add", "sender", "--role", "sender"],
        )
        demo_ledger.add_people(self.school)

    def _set_up_supplier(self) -> None:
        self.buyers = demo_supplier.set_up(self.supplier)

    def _connect_school(self) -> None:
        with TemporaryDirectory(dir=self.home) as folder:
            commands = []
            for la, site in self.authorities.items():
                account = site.exchange_accounts[0]
                password_file = Path(folder, la)
                password_file.write_text(account["password"], "utf-8")
                login = ["--user", account["user"], "--password-file", str(password_file)]
                known = ["--la", la, "--name", AUTHORITIES[la][1], "--url", site.url]
                commands.append(["destinations", "add", *known, *login])
            self.school.run_several(*commands)
        demo_ledger.set_up(self.school, self.supplier.url, self.buyers[0])
        demo_personnel.set_up(self.school, self.authorities[SCHOOLS[0].destination], self.home)

    def run_main_job(self) -> None:
        """Two weeks of files from the school's folders to the LAs, and a basket up to its invoice; then count."""
        today = datetime.now(ZoneInfo("Europe/London")).date()
        self.say("Dropping three schools' pupil files, and one that is broken on purpose, into the school's folders…")
        right = drop_first_week(self.root_folder, today)
        self._send_and_import(right)
        self.collection.wait(self.collecting, "snapshot")
        self.collection.collect(self.collecting, "attendance")
        self.say("A week later: what changed at two of the schools, its staff, and a basket filled at the supplier's…")
        right += drop_second_week(self.root_folder, today)
        demo_supplier.queue_basket(self.supplier, self.buyers[0])
        _all_at_once([lambda: self._send_and_import(right), self._order_and_pay, lambda: self._send_staff(today)])
        # An export asks what became of the files before it: the school should know it when somebody looks.
        self.school.run("export", may_find_faults=True)
        self.collection.wait(self.collecting, "attendance")
        self._count(right)
        self._note_where_to_look(today)

    def _order_and_pay(self) -> None:
        number = demo_ledger.order(self.school, self.supplier)
        demo_supplier.queue_invoices(self.supplier, self.buyers[0], number)
        demo_ledger.pay(self.school, number)

    def _send_staff(self, today: date) -> None:
        authority = self.authorities[SCHOOLS[0].destination]
        self.member = demo_personnel.there_and_back(self.school, authority, self.home, today)

    def _send_and_import(self, right: int) -> None:
        """Export, and wait until so many files in all are imported."""
        self.say("Checking, sending and importing…")
        self.school.run("export", may_find_faults=True)
        deadline = time.monotonic() + MAIN_JOB_SECONDS
        while True:
            # Each look starts a process a site, which takes from the imports what it looks at.
            time.sleep(LOOK_EVERY_SECONDS)
            told = [row for site in self.authorities.values() for row in site.run("imports")]
            imports = [this for this in told if this["of"] == "pupil" and this["school"] != COLLECTED_SCHOOL]
            if sum(this["state"] == "completed" for this in imports) == right:
                return
            if time.monotonic() > deadline:
                states = ", ".join(f"{file['name']}: {file['state']}" for file in [*self.school.run("files"), *imports])
                raise DemonstrationFailed(f"The files were not all sent and imported: {states}")

    def _count(self, right: int) -> None:
        right += 1  # the staff file, by its own door
        files, orders, invoices = self.school.run_several(["files"], ["orders", "list"], ["invoices", "list"])
        sent = [file for file in files if file["state"] in {"delivered", "imported"}]
        refused = [file for file in files if file["state"] in {"held back", "rejected"}]
        if len(sent) != right or not refused:
            states = ", ".join(f"{file['name']}: {file['state']}" for file in files)
            raise DemonstrationFailed(f"The files did not all arrive, or the broken one was not held back: {states}")
        received, pupils = (
            [row for rows in of_both for row in rows]
            for of_both in zip(
                *(site.run_several(["files"], ["pupils"]) for site in self.authorities.values()), strict=True
            )
        )
        self.result = {
            "sent": len(sent),
            "received": len(received),
            "imported": right,
            "refused": len(refused),
            "pupils": len(pupils),
            "staff": demo_personnel.STAFF,
            "collected": self.collection.run["added"],
            "queued": len(self.supplier.run("documents", "list", "--state", "waiting")),
            "orders": len([order for order in orders if order["state"] in ORDERED]),
            "invoices": len(invoices),
        }

    def _note_where_to_look(self, today: date) -> None:
        first = self.authorities[SCHOOLS[0].destination]
        (moved,) = first.run("pupils", upn_of(MOVED, today))
        self.look_at = {
            "imports": f"{first.url}/imports/",
            "pupil": f"{first.url}/pupils/{moved['number']}?group=addresses",
            "staff": f"{first.url}/staff/{self.member}",
            "personnel": f"{self.school.url}/personnel/",
            "orders": f"{self.school.url}/purchasing/orders/",
            "invoices": f"{self.school.url}/purchasing/invoices/",
            "queue": f"{self.supplier.url}/queue/",
            "collected": f"{first.url}/collection/log/{self.collection.run['number']}",
        }

    def stop(self) -> None:
        for site in reversed(self.sites):
            site.stop()
        self.collection.stop()

    def described(self) -> dict[str, Any]:
        """The line for scripts. Its keys are a contract, kept by a test; more may be added."""
        authorities = [
            {
                "url": site.url,
                "openapi": site.url + "/exchange/v1/openapi.json",
                "la": site.la,
                "users": site.users,
                "exchange_accounts": site.exchange_accounts,
            }
            for site in self.authorities.values()
        ]
        return {
            "authority": authorities[0],
            "authorities": authorities,
            "school": {
                "url": self.school.url,
                "root_folder": str(self.root_folder),
                "la": SCHOOLS[0].la,
                "school": SCHOOLS[0].number,
                "schools": [{"la": school.la, "school": school.number} for school in SCHOOLS],
                "users": self.school.users,
            },
            "supplier": {
                "url": self.supplier.url,
                "wsdl": self.supplier.url + "/Service.asmx?WSDL",
                "openapi": self.supplier.url + "/api/v1/openapi.json",
                "users": self.supplier.users,
                "buyers": self.buyers[1:],
                "school_buyer": self.buyers[0],
            },
            "simulators": self.collection.described(),
            "home": str(self.home),
            "result": self.result,
            "look_at": self.look_at,
        }


def _free_address() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _all_at_once(steps: list[Callable[[], None]]) -> None:
    """Run independent steps side by side; raise the first one's failure."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(steps)) as pool:
        for future in [pool.submit(step) for step in steps]:
            future.result()

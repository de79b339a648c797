"""The demonstration's ledger: Green Abbey buys from the demonstration's supplier, by people with different rights."""

import time
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from schoolgate.sites import demo_supplier
from schoolgate.sites.demo_site import DemonstrationFailed, Site

SERVICE = "Larkspur & Pennick"
ADDRESS = "Green Abbey School\n1 Abbey Lane\nSaltmarsh\nZZ27 8QP"
LONGEST_SENDING_SECONDS = 60.0
LOOK_EVERY_SECONDS = 1.0

PEOPLE: dict[str, tuple[str, ...]] = {
    "bursar": ("--sets-up", "--imports", "--raises"),
    "clerk": ("--imports", "--raises", "--enters-invoices"),
    "head": ("--authorises-to", "1000", "--pays-to", "1000"),
    "chair": ("--authorises-to", "10000", "--pays-to", "10000", "--over-budget"),
}
"""Who works with orders and invoices, and their rights."""
AUTHORISES, RECEIVES = "head", "clerk"

CODES = """kind,code,name
fund,01,Delegated budget
ledger code,E19,Learning resources
ledger code,E22,Administrative supplies
cost centre,GEN,Whole school
cost centre,ART,Art
cost centre,SCI,Science
cost centre,OFF,Office
"""
LINKS = """fund,ledger code,cost centre,budget
01,E19,GEN,6000
01,E19,ART,1200
01,E19,SCI,1500
01,E22,OFF,450
"""
"""The office has room for the main job's basket, and not for the one that waits beside it: that needs the chair."""
VAT_CODES = """code,name,rate,sent as
S,Standard rate,20,S
L,Reduced rate,5,L
Z,Zero-rated,0,Z
E,Exempt,0,E
"""
TEMPLATES = (
    ("01", "E19", "GEN"),
    ("01", "E19", "ART", "--cost-centre", "ART"),
    ("01", "E19", "SCI", "--cost-centre", "SCI"),
    ("01", "E22", "OFF", "--cost-centre", "OFF"),
)


def add_people(site: Site) -> None:
    """Add those who work with orders; `rights` says what each may do."""
    names = list(PEOPLE)
    added = site.run_several(
        *(["users", "add", name, "--role", "purchaser"] for name in names),
        *(["ledger", "people", "set", name, *PEOPLE[name]] for name in names),
    )
    for user, told in zip(added[: len(names)], added[len(names) :], strict=True):
        site.users.append({**user, "rights": {right: value for right, value in told.items() if right != "user"}})


def set_up(site: Site, supplier_url: str, buyer: dict[str, str]) -> None:
    """Make the ledger ready for what this buyer of the supplier's site is sent."""
    first_day, last_day = financial_year(datetime.now(ZoneInfo("Europe/London")).date())
    name = f"{first_day.year}-{last_day.year % 100:02}"
    with TemporaryDirectory(dir=site.home.parent) as folder:
        lists = {"codes": CODES, "links": LINKS, "vat": VAT_CODES, "password": buyer["password"]}
        paths = {what: Path(folder, what) for what in lists}
        for what, path in paths.items():
            path.write_text(lists[what], "utf-8")
        login = ["--user", buyer["user"], "--password-file", str(paths["password"])]
        site.run_several(
            ["ledger", "establishment", "--name", buyer["name"], "--duns", buyer["duns"], "--order-prefix", "GA-"],
            ["ledger", "establishment", "--delivery-address", ADDRESS],
            ["ledger", "years", "add", "--name", name, "--first-day", str(first_day), "--last-day", str(last_day)],
            *(["ledger", what, "import", str(paths[what])] for what in ("codes", "links", "vat")),
            *(["ledger", "templates", "add", *template] for template in TEMPLATES),
            ["services", "add", "--name", SERVICE, "--url", f"{supplier_url}/Service.asmx", *login, "--safe-to-repeat"],
            [
                *("suppliers", "add", "--name", demo_supplier.NAME, "--duns", demo_supplier.DUNS),
                *("--account-number", demo_supplier.SCHOOLS[0][-1]),
                *("--service", SERVICE, "--order-method", "e-procurement"),
            ],
        )


def order(site: Site, supplier: Site) -> str:
    """Import what waits at the supplier's, authorise the main job's basket, and see its order arrive there.

    Its number. Raises DemonstrationFailed where it does not get so far.
    """
    # Beside the baskets there are documents of an order that the school never made: that is told, and is no fault.
    (fetched,) = site.run("fetch-orders", may_find_faults=True)
    orders = {order["basket"]: order for order in site.run("orders", "list")}
    basket = orders.get(demo_supplier.REFERENCE_OF_THE_MAIN_JOB)
    if basket is None:
        raise DemonstrationFailed(f"The basket was not imported: {fetched}")
    site.run("orders", "authorise", basket["number"], "--by", AUTHORISES)
    _wait_until_sent(site, basket["number"])
    if basket["number"] not in {order["number"] for order in supplier.run("orders", "list")}:
        raise DemonstrationFailed(f"Order {basket['number']} was sent and is not at the supplier's.")
    return str(basket["number"])


def pay(site: Site, number: str) -> None:
    """Receive an order, import its invoices, and take the one that agrees as far as to the finance system.

    The other, which is dearer, waits for somebody. Raises DemonstrationFailed where it does not get so far.
    """
    site.run("receive", number, "--all", "--by", RECEIVES, "--note", "DN-900")
    (fetched,) = site.run("fetch-orders", may_find_faults=True)
    booked = {invoice["number"] for invoice in site.run("invoices", "list")}
    if booked != {demo_supplier.INVOICE_OF_THE_MAIN_JOB, demo_supplier.DEARER_INVOICE}:
        raise DemonstrationFailed(f"The invoices were not matched to order {number}: {fetched}")
    site.run_several(
        ["invoices", "authorise", demo_supplier.INVOICE_OF_THE_MAIN_JOB, "--by", AUTHORISES],
        ["postings", "export"],
    )


def financial_year(today: date) -> tuple[date, date]:
    """The first and last day of the financial year of a maintained school that a day lies in: April to March."""
    begins = today.year if today >= date(today.year, 4, 1) else today.year - 1
    return date(begins, 4, 1), date(begins + 1, 3, 31)


def _wait_until_sent(site: Site, number: str) -> None:
    deadline = time.monotonic() + LONGEST_SENDING_SECONDS
    while (order := site.run("orders", "show", number))["state"] != "sent":
        if order["state"] not in {"authorised", "sending"} or time.monotonic() > deadline:
            raise DemonstrationFailed(f"Order {number} is {order['state']}: {order['said']}")
        time.sleep(LOOK_EVERY_SECONDS)

"""A stranger's walk over every address of the sites: nothing is seen, and nothing is changed.

Every address is in a list below with who may open it; one that is in none fails. Whoever may not is sent to sign in,
or told that they may not, or that there is no such thing, whatever they send.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.conftest import PASSWORD
from tests.sites.planting import ANOTHER, NAME, PK, SECRETS, all_there_is, plant

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.school.purchasing.models import PurchasingRights

SignedIn = Callable[[User], Client]

WORLD, EVERYBODY, OFFICE, ADMINISTRATOR, RIGHT = "the world", "everybody", "the office", "administrators", "a right"
SCHOOLS, SCHOOL = "every school's own people", "a school's own people"
LEDGER, SETS_UP, HAS_RIGHT = "who works with orders", "who sets the ledger up", "who was given a right in the ledger"

OF_EVERY_SITE = {
    WORLD: "sign-in set-password schemas schema",
    EVERYBODY: """sign-out my-account change-own-password journal delete-journal-lines deleted-journal-lines
        bring-back-journal-lines find""",
    OFFICE: "jobs job-queue job cancel-job start-job-again",
    ADMINISTRATOR: """users invite-user user user-rights user-link switch-user audit retention retention-preview
        backups back-up-now restored-seen system mend-system support-bundle""",
}
OF_THE_SCHOOL = {
    EVERYBODY: "alerts send-sample",
    OFFICE: """today send-file export transfers transfer try-transfer-again cancel-transfer transfer-problems
        transfer-to-correct things-to-correct receipt receipt-json school-board held-back-files held-back-file
        held-back-action scheduled-runs dismiss-missed-runs former-root dismiss-former-root test-la test-school
        file-requests personnel export-personnel import-personnel imported-files import-files personnel-journal
        personnel-school test-personnel-school export-personnel-school import-personnel-school""",
    ADMINISTRATOR: """personnel-url add-personnel-school edit-personnel-school remove-personnel-school
        administration connect connect-la connect-again connect-school connect-not-us connect-folder
        connect-check connect-schedule schedule folder las add-la edit-la remove-la change-la-password
        change-school-password connection schools add-school add-many-schools edit-school remove-school
        set-summary-time""",
}
OF_THE_LEDGER = {
    LEDGER: """purchasing-today ledger-set-up financial-years financial-year look-at-year account-codes coding-links
        vat-codes coding-templates purchasing-people
        purchasing-import purchasing-documents purchasing-document purchasing-document-xml order-document mailed-message
        purchasing-suppliers purchasing-supplier purchasing-services purchasing-service
        purchasing-orders purchase-order to-authorise print-order goods-received deliveries
        purchase-invoices purchase-invoice invoices-to-authorise
        purchasing-postings purchasing-reports purchasing-report compare-prices""",
    SETS_UP: """establishment add-financial-year copy-structures close-year reopen-year add-account-code account-code
        remove-account-code add-coding-link coding-link remove-coding-link add-vat-code add-usual-vat-codes vat-code
        remove-vat-code add-coding-template coding-template remove-coding-template own-orders purchasing-person
        import-set-up confirm-import-set-up when-to-import
        purchasing-add-supplier purchasing-import-suppliers purchasing-edit-supplier purchasing-close-supplier
        purchasing-add-service purchasing-edit-service purchasing-test-service purchasing-service-password
        purchasing-turn-service purchasing-link-suppliers export-postings posting-file""",
    HAS_RIGHT: """order-arrived send-order-again send-order-now order-not-there
        import-documents-now import-mail try-document-again keep-document-out take-document-back assign-document
        raise-order change-order discard-order authorise-order take-back-order cancel-order
        close-order-rest open-order-rest receive-goods take-delivery-back
        enter-invoice enter-credit-note authorise-invoice take-back-invoice discard-invoice accept-difference""",
}
OF_THE_AUTHORITY = {
    EVERYBODY: "alerts send-sample school-program-file",
    OFFICE: """school-program today received-files received-file received-xml refused-deliveries refused-delivery
        outbox outbox-file outbox-xml withdraw-outbox-file
        imports chosen-imports import import-now do-not-import retry-import import-list import-group-list
        import-preview make-preview import-preview-new import-preview-values import-preview-group undo-import
        left-by-undo silent-bases expiring incoming unmatched unmatched-record assign-unmatched
        unmatch possible-duplicates merge-pupils conflicts decide-many pupil-conflicts assign-pupil note-on-pupil
        decisions
        decision rule-sets rules-of-new-bases base-rules rules-effect rule-set copy-rule-set delete-rule-set
        change-value change-value-at address-list load-address-list answer-address-list addresses-not-found
        pupils pupil bases add-base import-bases confirm-import many-bases change-many-bases licences codes code-batch
        code-letters codes-to-send base edit-base new-base-password new-base-code base-letter reports report
        administration system-defaults school-systems base-system base-connection test-connection
        base-migration school-moved confirm-migration migration-snapshot catch-up
        close-gap forget-connection base-groups add-base-group base-group delete-base-group
        data-requests new-data-request data-request take-on-data-request close-data-request
        tasks add-task task edit-task clone-task switch-task run-task split-task delete-task task-schools
        tasks-of-school log-of-school terms edit-term remove-term
        import-tasks confirm-import-tasks phase-1-tasks migrate-tasks-to-phase-2
        task-log collection-run run-again cancel-run held-back held-back-rows decide-held-back held-back-row
        attendance-codes code-meaning answer-take-over
        suspended-results look-again-at-suspended suspended-result match-suspended discard-suspended
        invite-to-portal tell-school link-to-portal remove-from-portal""",
    ADMINISTRATOR: """receipt-keys retire-receipt-key first-load first-load-file first-load-rows
        schools-without-base load-first try-first-again discard-first addresses-without-list set-summary-time
        system-options collection-limits""",
    RIGHT: """restriction lift-restriction data-pack erase-person restricted
        staff staff-member send-staff-changes staff-changes""",
    SCHOOLS: "portal",
    SCHOOL: """portal-tiles portal-people portal-invite portal-link portal-remove portal-connection
        portal-settings portal-test-settings
        portal-tasks portal-add-task portal-task portal-edit-task portal-clone-task portal-switch-task portal-run-task
        portal-delete-task portal-lock-task portal-unlock-task portal-ask-for-task portal-take-over-task
        portal-give-back-task portal-configure portal-task-log portal-run
        portal-files portal-upload portal-send-upload portal-file portal-receipt portal-receipt-json
        portal-waiting-file portal-waiting-xml portal-take-waiting portal-to-correct portal-program""",
}
OF_THE_SUPPLIER = {
    EVERYBODY: "alerts send-sample first-page",
    OFFICE: """today get-connected look-at-address make-test-school new-school-password send-test-basket play-school
        queue put-document compose-basket document document-xml document-step credit-invoice orders order order-file
        take-order invoice-order refused-orders refused-order refused-order-xml buyers add-buyer import-buyers
        confirm-import-buyers buyer edit-buyer buyer-password switch-buyer unlock-buyer buyer-conformance buyer-sheet
        mail-buyer-sheet calls call keys add-key withdraw-key add-webhook webhook-secret remove-webhook webhook-step
        delivery replay-delivery check-document try-service trial trial-password administration""",
    ADMINISTRATOR: "suppliers add-supplier supplier add-member remove-member set-summary-time",
}
SITES = {
    "school": [OF_EVERY_SITE, OF_THE_SCHOOL, OF_THE_LEDGER],
    "authority": [OF_EVERY_SITE, OF_THE_AUTHORITY],
    "supplier": [OF_EVERY_SITE, OF_THE_SUPPLIER],
}

SLUGS = {
    "la": "820",
    "connector": "sims-primary",
    "group": "basic-details",
    "item": "Surname",
    "what": "added",
    "action": "rename",
    "name": "open-conflicts",
    "sha256": "ab" * 32,
    "token": NAME,
    "kind": "CES",
    "version": "3.73",
    "gone": str(ANOTHER),
    "step": "withdraw",
    "form": "xml",
    "act": "import",
    "chart": "funds",
    "rows": "codes",
    "slug": "spending",
}
"""What stands in addresses beside numbers."""

METHODS = ("GET", "POST")
CODED = "application/x-www-form-urlencoded"
SENT = f"chosen={PK}&confirm=yes&reason=because&seen=0"
API = "schoolgate.authority.exchange.api_urls"
TOLD_TO_ALL = {"/exchange/v1/", "/exchange/v1/openapi.json", "/exchange/v1/keys"}
"""What a program is told before it signs in: that this is Schoolgate, how to talk to it, and by what it signs."""
NOT_OF_THESE_ROWS = {
    "set-password": 410,
    "retention-preview": 404,
    "rules-effect": 404,
    "undo-import": 404,
    "change-value-at": 404,
    "credit-invoice": 404,
    "trial": 404,
    "remove-from-portal": 404,
    "portal-remove": 404,
    "close-gap": 404,
    "print-order": 404,
    "order-document": 404,
    "purchasing-document-xml": 404,
    "school-program-file": 404,
    "mailed-message": 404,
}
"""Pages that are for rows in another state than the planted ones, or for one kind of them only."""


def routes(urlconf: str) -> Iterator[tuple[str, str]]:
    """The name and the address of each route, of the planted rows."""

    def walk(parts: list[Any], before: str) -> Iterator[tuple[str, str]]:
        for part in parts:
            route = before + str(part.pattern)
            if isinstance(part, URLResolver):
                yield from walk(part.url_patterns, route)
            elif isinstance(part, URLPattern):
                yield part.name or "", "/" + re.sub(r"<(?:\w+:)?(\w+)>", filled_in, route)

    return walk(get_resolver(urlconf).url_patterns, "")


def filled_in(part: "re.Match[str]") -> str:
    name = part.group(1)
    return SLUGS.get(name) or str(PK)


def allowed_on(site: str) -> dict[str, str]:
    """Who may open each route, by its name."""
    return {name: who for some in SITES[site] for who, names in some.items() for name in names.split()}


def give_every_right(user: User) -> None:
    """What is given to persons beside their role, on whatever site."""
    change_rights(user, ["restricted-pupils", "staff-records", "data-requests"], by=None)
    PurchasingRights.objects.create(
        user=user,
        raises=True,
        imports=True,
        authorises_to=1_000_000,
        enters_invoices=True,
        pays_to=1_000_000,
        over_budget=True,
    )


@pytest.fixture
def planted(db: None) -> None:
    plant()


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.ROOT_URLCONF = f"schoolgate.sites.urls_{request.param}"
    found: str = request.param
    return found


def walk(browser: Client, site: str, closed: set[str]) -> None:
    """Ask for every route that is closed, in every way; fails where anything is told or changed."""
    allowed = allowed_on(site)
    before = all_there_is()
    told = []
    for name, address in routes(f"schoolgate.sites.urls_{site}"):
        if allowed[name] not in closed:
            continue
        for method in METHODS:
            answer: Any = browser.generic(method, address, SENT, CODED)
            turned_away = answer.status_code in {403, 404} or (
                answer.status_code == 302 and answer["Location"].startswith(("/sign-in/", "/portal/"))
            )
            said = answer.content.decode("utf-8", "replace")
            if not turned_away or any(word in said for word in SECRETS):
                told.append((method, address, answer.status_code))
    assert told == []
    after = all_there_is()
    assert [table for table in before if before[table] != after[table]] == []


def test_every_route_of_a_site_says_here_who_may_open_it(site: str) -> None:
    assert {name for name, _ in routes(f"schoolgate.sites.urls_{site}")} == allowed_on(site).keys()


def test_nobody_sees_or_changes_anything(planted: None, site: str, stranger: Client) -> None:
    walk(stranger, site, {EVERYBODY, OFFICE, ADMINISTRATOR, RIGHT, SCHOOLS, SCHOOL, *OF_THE_LEDGER})


def test_a_schools_program_sees_and_changes_nothing_on_screens(
    planted: None, site: str, exchange_account: User, signed_in: SignedIn
) -> None:
    closed = {EVERYBODY, OFFICE, ADMINISTRATOR, RIGHT, SCHOOLS, SCHOOL, *OF_THE_LEDGER}
    walk(signed_in(exchange_account), site, closed)


def test_who_works_in_the_office_sees_and_changes_nothing_of_an_administrators(
    planted: None, site: str, sender: User, officer: User, staff: User, signed_in: SignedIn
) -> None:
    closed = {ADMINISTRATOR, RIGHT, SCHOOLS, SCHOOL, *OF_THE_LEDGER}
    walk(signed_in({"school": sender, "authority": officer, "supplier": staff}[site]), site, closed)


@pytest.fixture
def olga(db: None) -> User:
    """One of the own people of a school that is not the planted one."""
    account = create_user("8202107", "exchange account")
    base = Base.objects.create(la="820", number="2107", name="Oak Lane Academy", account=account)
    found = create_user("olga", SCHOOL_USER)
    base.people.add(found)
    return found


def test_another_schools_own_people_see_and_change_nothing(
    planted: None, olga: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    walk(signed_in(olga), "authority", {OFFICE, ADMINISTRATOR, RIGHT, SCHOOL})


def test_who_works_for_no_school_any_more_sees_and_changes_nothing(
    planted: None, olga: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    olga.schools.clear()
    walk(signed_in(olga), "authority", {OFFICE, ADMINISTRATOR, RIGHT, SCHOOL})


def test_what_is_everybodys_tells_another_schools_own_people_nothing(
    planted: None, olga: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    browser, allowed, before, told = signed_in(olga), allowed_on("authority"), all_there_is(), []
    for name, address in routes(settings.ROOT_URLCONF):
        if allowed[name] not in {EVERYBODY, SCHOOLS} or name in {"sign-out", "my-account"}:
            continue
        for method in METHODS:
            # A part of what is planted everywhere finds it all, and is itself no secret.
            answer: Any = browser.generic(method, address, f"{SENT}&text={NAME[:3]}", CODED)
            if any(word in answer.content.decode("utf-8", "replace") for word in SECRETS):
                told.append((method, address))
    assert told == []
    after = all_there_is()
    assert [table for table in before if before[table] != after[table]] == []


def test_the_rows_of_the_walk_are_there_for_the_schools_own_people(
    planted: None, olga: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    base = Base.objects.get(pk=PK)
    base.people.add(olga)
    base.tasks.add(PK)
    browser, allowed = signed_in(olga), allowed_on("authority")
    missing = {
        name: answer.status_code
        for name, address in routes(settings.ROOT_URLCONF)
        if allowed[name] in {SCHOOLS, SCHOOL} and (answer := browser.get(address)).status_code not in {200, 302, 405}
    }
    assert missing.items() <= NOT_OF_THESE_ROWS.items()


def test_who_works_for_another_supplier_sees_and_changes_nothing_of_this_ones(
    staff: User, planted: None, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_supplier"
    browser, before, told = signed_in(staff), all_there_is(), []
    for name, address in routes(settings.ROOT_URLCONF):
        if str(PK) not in address or name in {"schema", "job", "cancel-job", "start-job-again"}:
            continue
        for method in METHODS:
            answer: Any = browser.generic(method, address, SENT, CODED)
            if answer.status_code not in {403, 404, 405}:
                told.append((method, address, answer.status_code))
    assert told == []
    after = all_there_is()
    assert [table for table in before if before[table] != after[table]] == []


def test_who_works_with_orders_changes_nothing_without_the_right(
    planted: None, signed_in: SignedIn, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_school"
    looker = create_user("lena", "purchaser")
    walk(signed_in(looker), "school", {OFFICE, ADMINISTRATOR, SETS_UP, HAS_RIGHT})


def test_an_administrator_sees_and_changes_nothing_without_the_right(
    planted: None, site: str, administrator: User, signed_in: SignedIn
) -> None:
    walk(signed_in(administrator), site, {RIGHT, HAS_RIGHT})


def test_the_rows_of_the_walk_are_there_for_who_may_see_them(
    planted: None, site: str, administrator: User, signed_in: SignedIn
) -> None:
    give_every_right(administrator)
    browser, allowed = signed_in(administrator), allowed_on(site)
    missing = {
        name: answer.status_code
        for name, address in routes(f"schoolgate.sites.urls_{site}")
        if allowed[name] not in {SCHOOLS, SCHOOL}
        and (answer := browser.get(address)).status_code not in {200, 302, 405}
    }
    assert missing.items() <= NOT_OF_THESE_ROWS.items()


def test_a_program_that_is_not_signed_in_is_told_nothing_and_changes_nothing(
    planted: None, stranger: Client, settings: Any
) -> None:
    settings.ROOT_URLCONF = API
    before = all_there_is()
    for _, address in routes(API):
        for method in ("GET", "POST", "PUT"):
            answer = stranger.generic(method, address, "{}", "application/json")
            assert answer.status_code >= 400 or (method == "GET" and address in TOLD_TO_ALL), (method, address)
            assert not any(word in answer.content.decode() for word in SECRETS)
    assert all_there_is() == before


def test_another_schools_program_is_told_nothing_of_the_rows(
    planted: None, exchange_account: User, stranger: Client, settings: Any
) -> None:
    settings.ROOT_URLCONF = API
    given = stranger.post(
        "/exchange/v1/token", {"user": exchange_account.username, "password": PASSWORD}, "application/json"
    )
    headers = {"Authorization": f"Bearer {given.json()['token']}"}
    for _, address in routes(API):
        answer = stranger.get(address, headers=headers)
        assert not any(word in answer.content.decode() for word in SECRETS), address

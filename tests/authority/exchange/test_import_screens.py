"""The screens of imports: the list, one import, and what people do there."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from tests.authority.exchange.imports_shown import MONDAY, Send, rows, school, text
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.today import look_at_today
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State


def test_the_list_shows_each_import_with_its_numbers(some_of_everything: Import, as_officer: Client) -> None:
    listed = b"".join(as_officer.get(reverse("imports"), {"format": "csv"})).decode()
    newest = listed.splitlines()[1]
    assert newest.endswith("8204321_CES_820LLLL_002.xml,Green Abbey Primary School,Completed,,1,1,3,1,0,1")


def test_the_list_is_filtered_by_state_and_by_school(waiting: Import, oak_lane: Base, as_officer: Client) -> None:
    for asked, number in (({"stands": "waiting"}, 1), ({"stands": "completed"}, 1), ({"stands": "failed"}, 0)):
        assert rows(as_officer.get(reverse("imports"), {**asked, "format": "csv"})) == number
    for base, number in ((waiting.base, 2), (oak_lane, 0)):
        assert rows(as_officer.get(reverse("imports"), {"base": str(base.pk), "format": "csv"})) == number


def test_the_list_fetches_itself_while_something_runs_only(program: Any, green_abbey: Base, as_officer: Client) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    assert 'hx-trigger="every 5s"' in text(as_officer.get(reverse("imports")))
    work_off()
    assert "hx-trigger" not in text(as_officer.get(reverse("imports")))


def test_an_empty_list_says_what_comes_here(as_officer: Client, la: str) -> None:
    assert "No jobs queued or running" in text(as_officer.get(reverse("imports")))


def test_a_running_import_shows_how_far_it_is(program: Any, green_abbey: Base, as_officer: Client) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    Job.objects.filter(kind="import").update(
        state=State.RUNNING, progress_done=500, progress_total=1200, progress_text="importing"
    )
    for address in (reverse("imports"), reverse("import", args=[Import.objects.get().pk])):
        shown = text(as_officer.get(address))
        assert "500 of 1,200" in shown
        assert "Processing" in shown


# What waits, and what failed.


def test_a_waiting_import_says_with_figures_what_is_asked(waiting: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[waiting.pk])))
    assert "has 2 of the 6 pupils" in shown
    assert "the 4 who are not in it" in shown


def test_a_file_that_is_older_names_the_newer_one(waiting: Import, send: Send, as_officer: Client) -> None:
    older = send(school(), created=MONDAY.replace(day=20))
    shown = text(as_officer.get(reverse("import", args=[older.pk])))
    assert reverse("import", args=[Import.objects.earliest("pk").pk]) in shown
    assert "is imported already" in shown


def test_an_officer_lets_a_waiting_import_go_on(waiting: Import, as_officer: Client) -> None:
    as_officer.post(reverse("import-now", args=[waiting.pk]), {"seen": waiting.waiting})
    work_off()
    assert Import.objects.get(pk=waiting.pk).state is ImportState.COMPLETED
    assert "Omar Khan let it be imported" in text(as_officer.get(reverse("import", args=[waiting.pk])))
    again = as_officer.post(reverse("import-now", args=[waiting.pk]), follow=True)
    assert "somebody has decided already" in text(again)


def test_an_officer_turns_a_file_down_with_a_reason(waiting: Import, as_officer: Client) -> None:
    address = reverse("do-not-import", args=[waiting.pk])
    assert "Say why" in text(as_officer.post(address, {"reason": " "}))
    assert Import.objects.get(pk=waiting.pk).state is ImportState.WAITING
    as_officer.post(address, {"reason": "Send the whole school."})
    shown = text(as_officer.get(reverse("import", args=[waiting.pk])))
    assert "The school was told: Send the whole school." in shown
    assert "decided that it is not imported" in shown


def test_a_failed_import_shows_its_error_log_and_quotes_no_value(failed: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[failed.pk])))
    assert "Error log" in shown
    assert 'data-heading="What the school does"' in shown, "a phone shows each problem as a card"
    assert "Date of birth is not as the schema wants it" in shown
    assert "correct: Date of birth" in shown
    assert ">then<" not in shown


def test_an_officer_starts_a_failed_import_again(failed: Import, as_officer: Client) -> None:
    as_officer.post(reverse("retry-import", args=[failed.pk]))
    assert Import.objects.get().state is ImportState.QUEUED
    assert "Only an import that failed" in text(as_officer.post(reverse("retry-import", args=[failed.pk]), follow=True))


def test_failed_imports_are_deleted_after_a_question(failed: Import, as_officer: Client) -> None:
    address = reverse("chosen-imports")
    asked = text(as_officer.post(address, {"chosen": failed.pk, "action": "delete"}))
    assert "Delete 1 failed import" in asked
    assert Import.objects.listed().exists()
    as_officer.post(address, {"chosen": failed.pk, "action": "delete", "sure": "yes"})
    assert not Import.objects.listed().exists()
    assert "deleted from the list" in text(as_officer.get(reverse("import", args=[failed.pk])))


def test_failed_imports_are_ticked_and_started_again_together(failed: Import, as_officer: Client) -> None:
    listed = text(as_officer.get(reverse("imports"), {"stands": "failed", "ticked": "all"}))
    assert f'name="chosen" value="{failed.pk}"' in listed
    assert " checked" in listed
    as_officer.post(reverse("chosen-imports"), {"chosen": failed.pk, "action": "retry"})
    assert Import.objects.get().state is ImportState.QUEUED


def test_one_that_has_not_failed_is_not_deleted(waiting: Import, as_officer: Client) -> None:
    as_officer.post(reverse("chosen-imports"), {"chosen": waiting.pk, "action": "delete", "sure": "yes"})
    assert Import.objects.listed().count() == 2


# The first page and the files.


def test_the_first_page_asks_about_what_waits_and_what_failed_until_it_is_handled(
    waiting: Import, failed: Import, as_officer: Client
) -> None:
    shown = text(as_officer.get(reverse("today")))
    assert reverse("import", args=[waiting.pk]) in shown
    assert reverse("import", args=[failed.pk]) in shown
    assert len(look_at_today(User()).to_do) == 3
    as_officer.post(reverse("do-not-import", args=[waiting.pk]), {"reason": "Send the whole school."})
    as_officer.post(reverse("chosen-imports"), {"chosen": failed.pk, "action": "delete", "sure": "yes"})
    assert len(look_at_today(User()).to_do) == 1


def test_the_first_page_counts_what_was_imported_today(waiting: Import) -> None:
    assert look_at_today(User()).imported == 1


def test_a_received_files_page_leads_to_its_import(some_of_everything: Import, as_officer: Client) -> None:
    file = ReceivedFile.objects.get(its_import=some_of_everything)
    shown = text(as_officer.get(reverse("received-file", args=[file.pk])))
    assert reverse("import", args=[some_of_everything.pk]) in shown
    assert "1 added, 1 changed, 3 same, 2 twice, 1 unmatched" in shown
    assert reverse("received-file", args=[file.pk]) in text(
        as_officer.get(reverse("import", args=[some_of_everything.pk]))
    )


def test_where_a_file_is_leads_on_to_its_import(failed: Import, as_officer: Client) -> None:
    shown = text(as_officer.post(reverse("find"), {"text": failed.source_name}))
    assert f'<a href="{reverse("import", args=[failed.pk])}"><strong class="tag tag-bad">Failed' in shown


# Who may.

PAGES: list[tuple[str, list[str]]] = [
    ("imports", []),
    ("import", []),
    ("import-list", ["added"]),
    ("import-group-list", ["basic-details", "added"]),
    ("do-not-import", []),
]


def test_the_pages_are_for_the_authoritys_people_only(
    waiting: Import, signed_in: Callable[[User], Client], stranger: Client, sender: User, as_administrator: Client
) -> None:
    for name, arguments in PAGES:
        address = reverse(name, args=[] if name == "imports" else [waiting.pk, *arguments])
        assert as_administrator.get(address).status_code == 200, name
        assert stranger.get(address).status_code == 302, name
        assert signed_in(sender).get(address).status_code == 403, name
        assert signed_in(waiting.base.account).get(address).status_code == 403, name


def test_the_steps_are_for_the_authoritys_people_only(
    waiting: Import, signed_in: Callable[[User], Client], stranger: Client, sender: User
) -> None:
    for name in ("import-now", "retry-import", "do-not-import", "chosen-imports"):
        address = reverse(name, args=[] if name == "chosen-imports" else [waiting.pk])
        for browser, status in ((stranger, 302), (signed_in(sender), 403), (signed_in(waiting.base.account), 403)):
            assert browser.post(address, {"reason": "x", "chosen": waiting.pk}).status_code == status, name
    assert Import.objects.get(pk=waiting.pk).state is ImportState.WAITING

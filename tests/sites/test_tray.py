"""The icon in the notification area, without a display: how the site stands, Open, Export now."""

import json
import subprocess
import threading
from typing import Any

import pytest

from schoolgate.sites import tray
from schoolgate.sites.tray import COLOURS, Standing, Tray, export_now, look


class Site:
    """Answers commands as the site's would."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def __call__(self, verb: str) -> "subprocess.CompletedProcess[str]":
        self.calls.append(verb)
        code, said, errors = self.answers[verb]
        return subprocess.CompletedProcess(verb, code, said if isinstance(said, str) else json.dumps(said), errors)


class Icon:
    """As much of pystray's icon as is used."""

    def __init__(self) -> None:
        self.icon: Any = None
        self.title = ""
        self.said: list[str] = []
        self.stopped = False
        self.menus_made = 0

    def update_menu(self) -> None:
        self.menus_made += 1

    def notify(self, message: str, title: str) -> None:
        self.said.append(message)

    def stop(self) -> None:
        self.stopped = True


def status(*, all_right: bool = True, waiting: int = 0, sentence: str = "Everything that was sent has arrived.") -> Any:
    return (0 if all_right else 1, {"all_right": all_right, "waiting": waiting, "sentence": sentence}, "")


def exported(code: int = 0, received: int = 3, held_back: int = 0) -> Any:
    return (code, [{"la": "820", "received": received, "held_back": held_back}], "")


def the_tray(site: Site) -> Tray:
    return Tray("http://127.0.0.1:8320", lambda colour: colour, site)


def test_all_is_well() -> None:
    assert look(Site(status=status())) == Standing("good", "Everything that was sent has arrived.")


def test_files_wait() -> None:
    assert look(Site(status=status(waiting=2, sentence="2 files ready to be sent."))).colour == "busy"


def test_something_needs_somebody() -> None:
    assert look(Site(status=status(all_right=False, sentence="One thing needs you."))) == Standing(
        "bad", "One thing needs you."
    )


@pytest.mark.parametrize("said", ["", "[]", "{}", "null", "Traceback"])
def test_a_site_that_cannot_be_asked_is_told_by_its_own_words(said: str) -> None:
    refused = Site(status=(1, said, "Usage: …\n\nError: The home folder cannot be used."))
    assert look(refused) == Standing("unknown", "The home folder cannot be used.")


def test_a_site_that_says_nothing_at_all_is_told_so() -> None:
    assert look(Site(status=(1, "", ""))).sentence == "The site cannot be asked how it stands."


def test_an_export_is_told_by_its_numbers() -> None:
    assert export_now(Site(export=exported())) == "3 sent and received, 0 held back."


def test_an_export_that_did_not_end_well_leads_to_the_first_page() -> None:
    said = export_now(Site(export=exported(1, received=1, held_back=2)))
    assert said == "1 sent and received, 2 held back. Something needs you: Open shows what."


def test_an_export_that_could_not_begin_says_why() -> None:
    assert export_now(Site(export=(1, "", "Error: No root folder is set."))) == "No root folder is set."


def test_the_icon_has_the_colour_and_the_words_of_how_the_site_stands() -> None:
    icon = Icon()
    the_tray(Site(status=status(all_right=False, sentence="One thing needs you."))).refresh(icon)
    assert (icon.icon, icon.title) == (COLOURS["bad"], "Schoolgate: One thing needs you.")
    assert icon.menus_made == 1


def test_a_long_sentence_is_no_longer_than_windows_takes() -> None:
    icon = Icon()
    the_tray(Site(status=status(sentence="x" * 300))).refresh(icon)
    assert len(icon.title) == 127


def test_export_now_says_what_came_of_it_and_looks_again() -> None:
    icon, site = Icon(), Site(export=exported(), status=status())
    the_tray(site).export(icon)
    assert (icon.said, site.calls) == (["3 sent and received, 0 held back."], ["export", "status"])


def test_pressed_twice_it_exports_once() -> None:
    begun, go_on, calls = threading.Event(), threading.Event(), []

    def slow(verb: str) -> "subprocess.CompletedProcess[str]":
        calls.append(verb)
        begun.set()
        go_on.wait(10)
        return Site(export=exported(), status=status())(verb)

    icon, shown = Icon(), Tray("", lambda colour: colour, slow)
    first = threading.Thread(target=shown.export, args=(icon,))
    first.start()
    begun.wait(10)
    shown.export(icon)
    assert icon.said == ["Files are being sent already."]
    go_on.set()
    first.join(10)
    assert calls.count("export") == 1


def test_open_shows_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    the_tray(Site()).open()
    assert opened == ["http://127.0.0.1:8320"]


def test_taken_away_it_looks_no_more() -> None:
    icon, site = Icon(), Site(status=status())
    shown = the_tray(site)
    looking = threading.Thread(target=shown.keep_looking, args=(icon,))
    looking.start()
    shown.stop(icon)
    looking.join(10)
    assert (looking.is_alive(), icon.stopped) == (False, True)


def test_the_sites_command_is_called_without_a_window() -> None:
    answer = tray.call_site("no-such-verb")
    assert (answer.returncode, "No such command" in answer.stderr) == (2, True)

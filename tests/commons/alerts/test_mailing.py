"""Mails, sent to a real server by jobs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.commons.alerts.conftest import use
from tests.smtp import Inbox, listening
from tests.tls import CertificateAuthority

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.mailing import post
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.smtp import AnswerLost, Attachment, MailRefused, NotSent, send
from schoolgate.commons.alerts.tidying import prune_mails
from schoolgate.commons.jobs.engine import claim, free_leases_of, perform, work_off
from schoolgate.commons.jobs.kinds import KINDS, RunningJob
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import start_again

pytestmark = pytest.mark.django_db


def posted(person: User, key: str = "2026-11-23") -> Mail:
    mail = post(person, "daily-summary", key, "All is well", "Nothing needs you.\n.\nEnd.")
    assert mail is not None
    return mail


def due() -> None:
    """Let the waiting jobs be due now."""
    Job.objects.filter(state=State.READY).update(run_at=timezone.now() - timedelta(seconds=1))


def error_of(mail: Mail) -> str:
    return Job.objects.get(pk=mail.job_id or 0).error


def test_a_mail_reaches_the_server_whole(inbox: Inbox, omar: User) -> None:
    mail = posted(omar)
    assert not inbox.taken
    work_off()
    mail.refresh_from_db()
    assert (inbox.recipients, mail.sent_to) == (["omar@bedford.example"], "omar@bedford.example")
    assert mail.sent_at is not None
    assert (inbox.last["From"], inbox.last["Subject"]) == ("schoolgate@bedford.example", "All is well")
    assert inbox.last["Auto-Submitted"] == "auto-generated"
    assert inbox.last_text.splitlines() == ["Nothing needs you.", ".", "End."]


def test_a_second_mail_for_the_same_key_is_none(inbox: Inbox, omar: User) -> None:
    posted(omar)
    assert post(omar, "daily-summary", "2026-11-23", "Again", "Again.") is None
    work_off()
    assert len(inbox.taken) == 1


@pytest.fixture
def secured(tmp_path: Path, settings: Any) -> Iterator[tuple[Inbox, CertificateAuthority]]:
    """A server that wants TLS and a password, with a certificate of an authority that nobody trusts yet."""
    authority = CertificateAuthority.make(tmp_path, "Made-up Trust")
    with listening(Inbox(user="schoolgate", password="Blue-Kite-7", tls=authority.serving("127.0.0.1"))) as server:
        use(settings, server)
        yield server, authority


class Extra:
    """Start-up settings with an extra CA file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def text(self, name: str) -> str:
        return str(self._file) if name == "extra_ca_file" else ""


def test_a_mail_goes_by_starttls_with_a_password(secured: tuple[Inbox, CertificateAuthority], settings: Any) -> None:
    server, authority = secured
    settings.SCHOOLGATE_CONFIGURATION = Extra(authority.file)
    send("omar@bedford.example", "Hello\nthere", "Text.")
    assert server.encrypted == [True]
    assert server.last["Subject"] == "Hello there"


def test_a_server_that_is_not_trusted_gets_nothing(secured: tuple[Inbox, CertificateAuthority]) -> None:
    with pytest.raises(NotSent, match=r"is not trusted .*certificate"):
        send("omar@bedford.example", "Hello", "Text.")
    assert not secured[0].taken


def test_a_wrong_password_is_told_in_the_servers_words_and_not_tried_over_and_over(
    secured: tuple[Inbox, CertificateAuthority], settings: Any, omar: User
) -> None:
    server, authority = secured
    settings.SCHOOLGATE_CONFIGURATION, settings.EMAIL_HOST_PASSWORD = Extra(authority.file), "Red-Kite-7"
    mail = posted(omar)
    work_off()
    assert "535 5.7.8 Username and Password not accepted" in error_of(mail)
    assert "Red-Kite-7" not in error_of(mail)
    assert list(Mail.objects.stuck()) == [mail]
    settings.EMAIL_HOST_PASSWORD = "Blue-Kite-7"
    start_again(Job.objects.get(pk=mail.job_id or 0))
    due()
    work_off()
    assert len(server.taken) == 1


def test_a_mail_goes_to_a_server_that_speaks_tls_from_the_start(tmp_path: Path, settings: Any) -> None:
    authority = CertificateAuthority.make(tmp_path, "Made-up Trust")
    with listening(Inbox(tls=authority.serving("127.0.0.1"), from_the_start=True)) as server:
        use(settings, server)
        settings.SCHOOLGATE_CONFIGURATION = Extra(authority.file)
        send("omar@bedford.example", "Hello", "Text.")
    assert server.encrypted == [True]


def test_a_server_without_starttls_is_told(inbox: Inbox, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True
    with pytest.raises(NotSent, match=r"STARTTLS extension not supported by server\. Check smtp_security"):
        send("omar@bedford.example", "Hello", "Text.")


def test_a_mail_may_have_an_attachment_and_be_answered_elsewhere(inbox: Inbox) -> None:
    file = Attachment("order.xml", b"<Order>\r\n.\r\n</Order>", "application/xml")
    send("omar@bedford.example", "Hello", "Text.", reply_to="office@bedford.example", attachment=file)
    (attachment,) = inbox.last.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("order.xml", file.content)
    assert inbox.last["Reply-To"] == "office@bedford.example"


def test_a_line_that_breaks_before_the_text_is_told_from_one_that_breaks_after(inbox: Inbox) -> None:
    inbox.hangs_up = "before"
    with pytest.raises(NotSent, match="ended the connection") as before:
        send("omar@bedford.example", "Hello", "Text.")
    inbox.hangs_up = "after"
    with pytest.raises(AnswerLost, match="had the mail, and the line broke"):
        send("omar@bedford.example", "Hello", "Text.")
    assert not isinstance(before.value, AnswerLost)
    assert len(inbox.taken) == 1


def test_an_answer_that_is_none_leaves_open_whether_the_mail_was_taken(inbox: Inbox) -> None:
    inbox.busy = "what?"
    with pytest.raises(AnswerLost):
        send("omar@bedford.example", "Hello", "Text.")


def test_what_the_server_says_of_a_mail_is_told_from_what_it_says_of_the_login(inbox: Inbox, settings: Any) -> None:
    inbox.busy = "554 5.7.1 Spam"
    with pytest.raises(MailRefused) as refused:
        send("omar@bedford.example", "Hello", "Text.")
    assert refused.value.for_good
    inbox.user, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "schoolgate", "schoolgate", "wrong"
    with pytest.raises(NotSent) as not_let_in:
        send("omar@bedford.example", "Hello", "Text.")
    assert not isinstance(not_let_in.value, MailRefused)


def test_a_refused_recipient_ends_the_job_with_the_servers_words(inbox: Inbox, omar: User) -> None:
    inbox.refused["omar@bedford.example"] = "550 5.1.1 No such user here"
    mail = posted(omar)
    work_off()
    assert Job.objects.get(pk=mail.job_id or 0).state == State.FAILED
    assert error_of(mail) == "127.0.0.1 does not take mail for omar@bedford.example: 550 5.1.1 No such user here."
    assert list(Mail.objects.stuck()) == [mail]


def test_a_mail_that_is_corrected_and_started_again_goes_to_the_new_address(inbox: Inbox, omar: User) -> None:
    inbox.refused["omar@bedford.example"] = "550 No such user here"
    mail = posted(omar)
    work_off()
    omar.email = "o.khan@bedford.example"
    omar.save()
    start_again(Job.objects.get(pk=mail.job_id or 0))
    due()
    work_off()
    assert inbox.recipients == ["o.khan@bedford.example"]
    assert not Mail.objects.stuck()


@pytest.mark.parametrize("answer", ["450 4.2.0 Greylisted, come again", "421 4.3.2 Too busy"])
def test_a_server_that_asks_to_come_later_is_asked_later(inbox: Inbox, omar: User, answer: str) -> None:
    inbox.busy = answer
    mail = posted(omar)
    work_off()
    assert answer[:9] in error_of(mail)
    assert not Mail.objects.stuck()
    inbox.busy = ""
    due()
    work_off()
    assert len(inbox.taken) == 1


def test_a_server_that_is_gone_and_back_gets_the_mail_then(settings: Any, omar: User) -> None:
    inbox = Inbox()
    with listening(inbox):
        use(settings, inbox)
    mail = posted(omar)
    for _ in range(3):
        due()
        work_off()
    assert "cannot be reached (Connection refused)" in error_of(mail)
    assert list(Mail.objects.stuck()) == [mail]
    with listening(inbox):
        due()
        work_off()
    assert len(inbox.taken) == 1
    assert not Mail.objects.stuck()


def test_a_later_mail_that_went_makes_an_earlier_one_no_trouble(inbox: Inbox, omar: User) -> None:
    inbox.busy = "554 5.7.1 Looks like spam"
    posted(omar)
    work_off()
    assert Mail.objects.stuck().count() == 1
    inbox.busy = ""
    posted(omar, "2026-11-24")
    work_off()
    assert not Mail.objects.stuck()


def test_a_worker_that_dies_before_its_job_is_recorded_sends_nothing_twice(inbox: Inbox, omar: User) -> None:
    posted(omar)
    job = claim("doomed")
    assert job is not None
    KINDS["mail"].run(RunningJob(job))
    free_leases_of("doomed")
    again = claim("next")
    assert again is not None
    perform(again)
    assert len(inbox.taken) == 1
    assert Job.objects.get(pk=job.pk).state == State.DONE


def test_a_mail_sent_again_because_nobody_knew_has_the_same_message_id(inbox: Inbox, omar: User) -> None:
    mail = posted(omar)
    job = claim("doomed")
    assert job is not None
    KINDS["mail"].run(RunningJob(job))
    Mail.objects.filter(pk=mail.pk).update(sent_at=None)
    free_leases_of("doomed")
    work_off()
    first, second = inbox.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_who_was_switched_off_meanwhile_gets_nothing(inbox: Inbox, omar: User) -> None:
    mail = posted(omar)
    User.objects.filter(pk=omar.pk).update(is_active=False)
    work_off()
    assert not inbox.taken
    assert not Mail.objects.stuck()
    assert Mail.objects.get(pk=mail.pk).state == "not sent"


def test_a_mail_of_a_site_that_has_no_mail_server_any_more_is_no_trouble(omar: User) -> None:
    mail = posted(omar)
    work_off()
    assert (Job.objects.get(pk=mail.job_id or 0).state, list(Mail.objects.stuck())) == (State.DONE, [])


def test_mails_leave_after_ninety_days(inbox: Inbox, omar: User) -> None:
    old, new = posted(omar), posted(omar, "2026-11-24")
    Mail.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=91))
    assert prune_mails() == 1
    assert list(Mail.objects.all()) == [new]

"""*System*: the same findings as the command's, for the site's administrator."""

from typing import Any

import pytest
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.home import Home


@pytest.mark.django_db
def test_what_is_wrong_stands_there_with_its_cure_and_command(home: Home, administrator: User, signed_in: Any) -> None:
    page = signed_in(administrator).get(reverse("system")).content.decode()
    assert "Nobody does the work that is done by itself" in page
    assert f"schoolgate school serve --home {home.folder}" in page
    assert "Nothing answers" not in page


@pytest.mark.django_db
def test_all_checks_are_made_when_asked_for(home: Home, administrator: User, signed_in: Any) -> None:
    assert "Nothing answers at the site’s address." in signed_in(administrator).post(reverse("system")).content.decode()


@pytest.mark.django_db
def test_what_is_safe_is_mended_from_the_page_and_told(home: Home, administrator: User, signed_in: Any) -> None:
    home.key_file.chmod(0o644)
    browser = signed_in(administrator)
    assert "Mend what is safe" in browser.get(reverse("system")).content.decode()
    assert home.key_file.stat().st_mode & 0o044, "looking mends nothing"
    page = browser.post(reverse("mend-system"), follow=True).content.decode()
    assert "Key file: Only its owner may read it now." in page
    assert AuditEntry.objects.get(did="doctor mended").who == administrator.username


@pytest.mark.django_db
def test_who_only_sends_files_does_not_see_it(home: Home, sender: User, signed_in: Any) -> None:
    assert signed_in(sender).get(reverse("system")).status_code == 403

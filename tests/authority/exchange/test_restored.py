"""What an authority is told to check once it was put back from a backup."""

from django.test import Client
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.backups.models import Restoration


def test_it_is_told_first_that_restrictions_since_are_lost_and_that_taken_rights_are_back(
    administrator: User, client: Client
) -> None:
    Restoration.objects.create(made_at=timezone.now())
    client.force_login(administrator)
    page = client.get("/administration/backups/").content.decode()
    first, *_ = page.partition("What people decided")
    assert "restrict these pupils anew before anything else" in first
    assert "lost a right" in page

"""The address of a row's page is the one that Django would give."""

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from schoolgate.commons.addresses import page_of


@pytest.mark.parametrize("key", [1, 471_100, 4_711_004_711])
def test_it_is_what_django_gives(key: int) -> None:
    assert page_of("job", key) == reverse("job", args=[key], urlconf=settings.ROOT_URLCONF)


def test_a_page_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        page_of("no-such-page", 1)

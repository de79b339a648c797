"""Reading the school site's pages."""

from django.test import Client


def page(browser: Client, address: str, status: int = 200) -> str:
    got = browser.get(address)
    assert got.status_code == status
    return got.content.decode()

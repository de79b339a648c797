"""Connection: the proxy and the security protocol type, as an administrator sets them."""

from typing import Any

import pytest
from django.test import Client
from tests.school.conftest import MakeLa
from tests.school.pages import page

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.line_out import proxy_in_use, tls_minimum
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.school.exchange.administration.line import Line, LineRefused, line_spoken, save_line
from schoolgate.school.exchange.connecting import open_http
from schoolgate.school.exchange.models import Destination
from schoolgate.school.exchange.today import look_at_today
from schoolgate.wire.proxies import Proxy

pytestmark = [pytest.mark.usefixtures("school_site"), pytest.mark.django_db]

ADDRESS = "/administration/connection/"
WHOLE = {
    "use_proxy": "on",
    "proxy_name": "proxy.school.example:3128",
    "proxy_user": "green-abbey",
    "proxy_password": "Proxy-Lantern-7",
    "tls_minimum": "1.2",
}


def saved(**changes: Any) -> Line:
    values = {
        "use_proxy": True,
        "proxy_name": "proxy:3128",
        "proxy_user": "green-abbey",
        "proxy_password": "Proxy-Lantern-7",
        "tls_minimum": "1.2",
    }
    line = Line(**{**values, **changes})
    save_line(line, by=None)
    return line


def test_without_settings_calls_go_straight_out_with_tls_1_2_or_newer() -> None:
    assert (proxy_in_use(), tls_minimum()) == (None, "1.2")


def test_a_proxy_that_is_set_is_used(admin: Client) -> None:
    assert admin.post(ADDRESS, WHOLE).status_code == 302
    assert proxy_in_use() == Proxy("http://proxy.school.example:3128", "green-abbey", "Proxy-Lantern-7")
    assert line_spoken() == "Through the proxy proxy.school.example:3128, TLS 1.2 or newer"


def test_every_call_of_the_site_goes_through_it() -> None:
    saved()
    with open_http() as http:
        assert http._transport._proxy == proxy_in_use()  # type: ignore[attr-defined]  # what PolicyTransport keeps


@pytest.mark.parametrize(
    ("empty", "named"),
    [
        (["proxy_name"], ["Proxy Name is empty."]),
        (["proxy_user", "proxy_password"], ["Proxy User Name is empty.", "Proxy Password is empty."]),
    ],
)
def test_once_used_the_empty_fields_are_named(empty: list[str], named: list[str], admin: Client) -> None:
    sent = admin.post(ADDRESS, {**WHOLE, **dict.fromkeys(empty, "")})
    assert sent.status_code == 422
    text = sent.content.decode()
    assert all(sentence in text for sentence in named)
    assert text.count(" is empty.") == len(named) * (text.count(named[0]))
    assert proxy_in_use() is None


def test_what_is_half_filled_in_is_kept_while_it_is_off(admin: Client) -> None:
    admin.post(ADDRESS, {"proxy_name": "proxy.school.example", "tls_minimum": "1.2"})
    assert 'value="proxy.school.example"' in page(admin, ADDRESS)
    assert proxy_in_use() is None


@pytest.mark.parametrize(("used", "trouble"), [(True, "unreachable-proxy-refused"), (False, "")])
def test_what_a_proxy_did_is_over_once_it_is_not_used(used: bool, trouble: str, destination: Destination) -> None:
    saved()
    Destination.objects.update(
        trouble="unreachable-proxy-refused", trouble_sentence="Your proxy does not take the connection."
    )
    saved(use_proxy=used)
    found = Destination.objects.get()
    assert found.trouble == trouble
    # Files that stopped for it go on by themselves.
    assert found.try_again_at is not None


def test_a_name_that_is_none_is_told_on_its_field(admin: Client) -> None:
    sent = admin.post(ADDRESS, {**WHOLE, "proxy_name": "https://proxy:443"})
    assert (sent.status_code, "without https://" in sent.content.decode()) == (422, True)


def test_the_password_shows_itself_to_nobody_and_stays_when_left_empty(admin: Client) -> None:
    admin.post(ADDRESS, WHOLE)
    assert "Proxy-Lantern-7" not in page(admin, ADDRESS)
    admin.post(ADDRESS, {**WHOLE, "proxy_password": "", "proxy_name": "other:3128"})
    assert proxy_in_use() == Proxy("http://other:3128", "green-abbey", "Proxy-Lantern-7")


def test_the_password_stands_neither_in_the_audit_nor_in_the_database(admin: Client) -> None:
    admin.post(ADDRESS, WHOLE)
    assert not AuditEntry.objects.filter(details__contains="Lantern").exists()
    assert not StoredPreference.objects.filter(value__contains="Lantern").exists()
    assert AuditEntry.objects.filter(target="proxy-password", details="(none) → (sealed)").exists()


def test_the_page_says_that_windows_login_is_not_offered(admin: Client) -> None:
    assert "Windows login (NTLM) is not offered" in page(admin, ADDRESS)


def test_tls_1_3_only_is_kept_to(admin: Client) -> None:
    admin.post(ADDRESS, {"tls_minimum": "1.3"})
    assert tls_minimum() == "1.3"


def test_another_version_is_refused() -> None:
    with pytest.raises(LineRefused, match=r"1\.2 or 1\.3"):
        saved(tls_minimum="1.1")


def test_a_colon_cannot_be_in_a_proxys_user_name() -> None:
    with pytest.raises(LineRefused, match="no colon"):
        saved(proxy_user="school:green")


def test_las_that_could_not_be_reached_are_tried_again_soon(make_la: MakeLa) -> None:
    make_la("820")
    make_la("823")
    Destination.objects.filter(la="820").update(trouble="proxy-password-wrong")
    Destination.objects.filter(la="823").update(trouble="wrong-credentials")
    saved()
    due = Destination.objects.exclude(try_again_at=None)
    assert [one.la for one in due] == ["820"]


def test_the_proxys_trouble_is_one_line_on_the_first_page_for_all_las(make_la: MakeLa) -> None:
    for number in ("820", "823", "825"):
        make_la(number)
    Destination.objects.update(trouble="proxy-password-wrong", trouble_sentence="Your proxy does not accept it.")
    assert [one.text.startswith("Your proxy") for one in look_at_today().to_do] == [True]


def test_a_sender_may_not_set_it(office: Client) -> None:
    assert office.get(ADDRESS).status_code == 403

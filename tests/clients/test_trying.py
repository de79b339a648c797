"""`schoolgate test-service` plays a school's system against a service that runs."""

import json
from pathlib import Path

from click.testing import CliRunner
from tests.clients.conftest import School, Service

from schoolgate.sites.cli import main


def test_a_service_that_is_all_right_passes_every_step(service: Service, tmp_path: Path) -> None:
    school = service.schools["ours 1.1"]
    order = tmp_path / "order.xml"
    order.write_text(school.order, "utf-8")
    result = CliRunner().invoke(
        main, [*_call(school), "--order", str(order), "--change-password"], input=school.password
    )
    steps = json.loads(result.output)
    assert {step["title"]: step["sentence"] for step in steps if step["verdict"] == "fail"} == {}
    # Only that the address is not https could not be tried.
    assert [step["title"] for step in steps if step["verdict"] == "not tried"] == ["The certificate"]
    assert result.exit_code == 0


def test_a_wrong_password_fails_with_what_to_do_about_it(service: Service) -> None:
    school = service.schools["ours 1.2"]
    result = CliRunner().invoke(main, _call(school), input="not the password")
    failed = [step for step in json.loads(result.output) if step["verdict"] == "fail"]
    assert (result.exit_code, {step["operation"] for step in failed}) == (1, {"FetchIndex"})
    assert "not the password" not in result.output


def _call(school: School) -> list[str]:
    address = school.wsdl.partition("?")[0]
    return ["test-service", address, "--user", school.user, "--password-file", "-", "--json"]

"""`schoolgate school import-mail`, as an operator calls it."""

import json
from pathlib import Path

from tests.faults.test_fetching import a_basket
from tests.school.purchasing.letters import a_mail
from tests.sites.calls import new_home, schoolgate


def test_messages_are_taken_and_each_order_is_told(tmp_path: Path) -> None:
    new_home("school", tmp_path / "home")
    message, paper = tmp_path / "basket.eml", tmp_path / "basket.pdf"
    message.write_bytes(a_mail(a_basket("BASKET-1")))
    paper.write_bytes(b"%PDF-1.7")

    done = schoolgate("school", "import-mail", str(message), str(paper), "--json", "--home", str(tmp_path / "home"))
    assert done.returncode == 1, done.stderr
    order, other = json.loads(done.stdout)
    assert (order["file"], order["name"], order["state"]) == (str(message), "order.xml", "waiting")
    assert (other["state"], other["document"], "PDF" in other["said"]) == ("refused", None, True)

    again = schoolgate("school", "import-mail", str(message), "--home", str(tmp_path / "home"))
    assert (again.returncode, again.stdout.split(": ")[1].split(".")[0]) == (0, "known")
    listed = schoolgate("school", "documents", "--json", "--home", str(tmp_path / "home"))
    assert [(row["number"], row["by_mail"]) for row in json.loads(listed.stdout)] == [(order["document"], True)]

"""`schoolgate supplier buyers import` and `sheet`, as an operator calls them."""

import json
from pathlib import Path

from tests.sites.calls import new_home, schoolgate, told

LIST = "School,DUNS,User,Password\nGreen Abbey School,987654321,greenabbey,\nOakhanger School,876543210,oakhanger,"


def test_a_list_of_schools_is_added_whole_or_not_at_all_and_each_has_its_sheet(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "schools.csv"
    new_home("supplier", home)
    told("supplier", "suppliers", "add", "--name", "Riverside", "--duns", "123456789", "--home", str(home))
    words = ["supplier", "buyers", "import", str(file), "--json", "--home", str(home)]
    file.write_text(f"{LIST}simple\n", "utf-8")
    wrong = schoolgate(*words)
    assert wrong.returncode == 1
    assert [row["state"] for row in json.loads(wrong.stdout)] == ["new", "wrong"]
    file.write_text(f"{LIST}Plain-Lantern-42\n", "utf-8")
    rows = json.loads(schoolgate(*words).stdout)
    assert [bool(row["password"]) for row in rows] == [True, True]
    assert rows[1]["password"] == "Plain-Lantern-42"
    sheet = schoolgate("supplier", "buyers", "sheet", "greenabbey", "--home", str(home)).stdout
    assert "/Service.asmx" in sheet
    assert "987654321" in sheet
    assert rows[0]["password"] not in sheet

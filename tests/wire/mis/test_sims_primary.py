from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.wire.mis.kit import BEGINS, TODAY, Cloud, ConnectorKit, codes_of, marks_of, read, school

from schoolgate.simulators.population import Population
from schoolgate.simulators.sims_primary import SimsPrimary as Simulated
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches
from schoolgate.simulators.simulator import Simulator
from schoolgate.wire.mis.connector import Connector, Filters, Group, MisError, Trouble
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary

OFF_ROLL = "99999999-0000-4000-8000-000000000000"


class SimsCloud(Cloud):
    connector_class = SimsPrimary
    simulator: Simulated

    def make(self, schools: Iterable[Population], now: Callable[[], datetime]) -> Simulator[Any]:
        return Simulated(list(schools), SimsPrimarySwitches(calls_per_second=0), now=now)

    def connector(self, school: int = 0, skew: timedelta = timedelta(0), /, **options: str) -> Connector:
        said = self.simulator.settings(self.url)[school]
        values = {one.name: options.pop(one.name, said[one.name]) for one in SimsPrimary.settings}
        addresses = {"data_url": said["base_url"], "token_url": said["token_url"]}
        return SimsPrimary(values, {"calls_per_second": "1000", **addresses, **options}, self.tools(skew))


class TestSimsPrimary(ConnectorKit):
    def open_cloud(self, open_until: ExitStack, *schools: Population) -> SimsCloud:
        return SimsCloud(open_until, *schools)

    def name_at_vendor(self, cloud: Cloud) -> str:
        return cloud.simulator.settings(cloud.url)[0]["organisation_id"]

    @pytest.mark.parametrize(
        ("wrong", "trouble"),
        [
            ({"secret": "another"}, Trouble.CREDENTIAL),
            ({"client_id": "sas-simsprimary-another"}, Trouble.CREDENTIAL),
            ({"subscription_key": "0" * 32}, Trouble.KEY),
            ({"organisation_id": OFF_ROLL}, Trouble.CREDENTIAL),
            ({"scope": "somethingelse"}, Trouble.SCOPE),
            ({"path": "{service}/V9/{set}"}, Trouble.DATA),
        ],
    )
    def test_each_wrong_setting_is_named_by_the_test(
        self, cloud: Cloud, wrong: dict[str, str], trouble: Trouble
    ) -> None:
        check = cloud.connector(**wrong).check()
        assert check.trouble is trouble
        assert not [value for value in wrong.values() if value in check.sentence]

    def test_a_school_without_pupils_is_told_by_the_test(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, Population("820", "2001", seed=5, pupils=0, begins=TODAY))
        assert cloud.connector().check().trouble is Trouble.DATA

    def test_another_schools_organisation_is_refused_by_the_data_where_the_token_was_given(
        self, open_until: ExitStack
    ) -> None:
        cloud = self.open_cloud(open_until, school("2001"), school("2002"))
        cloud.simulator.set(lenient_token="on")
        other = cloud.simulator.settings(cloud.url)[1]["organisation_id"]
        assert cloud.connector(organisation_id=other).check().trouble is Trouble.CONSENT

    def test_a_token_that_ends_in_mid_run_is_renewed(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school())
        cloud.simulator.set(page_size="50")
        stream = cloud.connector().attendance_between(BEGINS, TODAY, Filters())
        found = read([next(stream)])
        cloud.simulator.tokens.end_all()
        assert codes_of(read(stream, found)) == marks_of(cloud.schools[0])
        assert sum(call.status == 401 for call in cloud.calls) == 1

    def test_a_token_is_asked_for_once_while_it_lasts(self, cloud: Cloud) -> None:
        for _ in range(3):
            read(cloud.connector().snapshot(Group.ADDRESS, Filters()))
        assert sum(call.what == "a token" for call in cloud.calls) == 1

    def test_a_token_is_renewed_before_its_end(self, cloud: Cloud) -> None:
        read(cloud.connector().snapshot(Group.ADDRESS, Filters()))
        cloud.clock.moment += timedelta(seconds=3599)
        read(cloud.connector().snapshot(Group.ADDRESS, Filters()))
        assert not [call for call in cloud.calls if call.status == 401]

    def test_both_products_are_asked(self, cloud: Cloud) -> None:
        dex = cloud.connector(data_url=f"{cloud.url}/dex/", path="{service}/odata/V3/{set}")
        assert read(dex.snapshot(Group.PUPIL, Filters())).rows

    def test_the_next_page_is_never_asked_for_at_another_host(self, cloud: Cloud) -> None:
        cloud.simulator.set(page_size="2")
        cloud.http.headers["Host"] = "elsewhere.example"  # which its next links name
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert raised.value.trouble is Trouble.DATA
        assert [call.what for call in cloud.calls] == ["a token", "LearnerIdentifiers"]

    @pytest.mark.parametrize("granularity", ["row", "whole-group"])
    def test_a_group_comes_whole_whatever_the_feed_tells(self, open_until: ExitStack, granularity: str) -> None:
        cloud = self.open_cloud(open_until, school(pupils=25))
        cloud.simulator.set(changes_granularity=granularity)
        connector = cloud.connector(whole_groups="yes" if granularity == "whole-group" else "no")
        cursor = connector.cursor_at(datetime(2026, 11, 2, tzinfo=UTC))
        changed = read(connector.changes(Group.CONTACT, cursor, Filters())).rows
        whole = read(cloud.connector().snapshot(Group.CONTACT, Filters())).rows
        assert changed
        assert all(row.record == whole[key].record for key, row in changed.items() if key in whole)

    def test_of_who_came_all_groups_are_told_though_they_are_older(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=40))
        population = cloud.schools[0]
        came = [
            one
            for one in population.current
            if one.record["SchoolHistory"][-1]["EntryDate"] > "2026-11-01"
            and one.changed[Group.CONTACT] < one.changed[Group.ENROLMENT] - timedelta(days=1)
        ]
        assert came, "nobody who was expected came"
        since = max(one.changed[Group.CONTACT] for one in came) + timedelta(days=1)
        connector = cloud.connector(overlap_days="0")
        rows = read(connector.changes(Group.CONTACT, connector.cursor_at(since), Filters())).rows
        late = {one.guid for one in came if one.changed[Group.ENROLMENT] >= since}
        assert rows.keys() >= late

    def test_only_the_chosen_years_are_told(self, cloud: Cloud) -> None:
        years = {pupil.year_group for pupil in cloud.schools[0].current}
        year = min(years)
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters(frozenset({year}))))
        assert found.rows.keys() == {one.guid for one in cloud.schools[0].current if one.year_group == year}

    def test_only_looked_after_children_are_told(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=150))
        found = read(cloud.connector().snapshot(Group.ADDRESS, Filters(looked_after=True)))
        assert found.rows.keys() == {
            one.guid for one in cloud.schools[0].current if one.record.get("LookedAfter", {}).get("InCare") == "true"
        }

    def test_marks_are_asked_for_in_windows_that_the_service_takes(self, cloud: Cloud) -> None:
        found = read(cloud.connector(window_days="5").attendance_between(date(2026, 7, 1), TODAY, Filters()))
        assert codes_of(found) == marks_of(cloud.schools[0])

    def test_marks_since_longer_than_a_call_may_span_are_told_all(self, cloud: Cloud) -> None:
        cloud.simulator.set(changes_span_check="reject")
        connector = cloud.connector()
        cursor = connector.cursor_at(datetime(2026, 5, 1, tzinfo=UTC))
        assert codes_of(read(connector.attendance(cursor, Filters()))) == marks_of(cloud.schools[0])

    def test_a_union_of_lists_loses_no_code(self, cloud: Cloud) -> None:
        whole = list(cloud.connector().codes())
        cloud.simulator.set(page_size="3")
        assert list(cloud.connector().codes()) == whole
        assert {one.code: one.statutory for one in whole}["I02"] == "I"
        assert {one.code: one.statutory for one in whole}["Q07"] == ""

    def test_an_exclusion_has_all_its_reasons(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=60))
        rows = read(cloud.connector().snapshot(Group.EXCLUSION, Filters())).rows
        reasons = {
            (one.guid, told["StartDate"]): told["Reasons"]
            for one in cloud.schools[0].current
            for told in one.record.get("Exclusions", ())
        }
        assert reasons == {
            (key, told["StartDate"]): told["Reasons"] for key, row in rows.items() for told in row.record["Exclusions"]
        }
        assert max(map(len, reasons.values())) == 3

    def test_the_client_id_of_another_service_is_doubted(self) -> None:
        doubt = {one.name: one for one in SimsPrimary.settings}["client_id"].doubt
        assert doubt("sas-oneroster-1")
        assert not doubt("sas-simsprimary-1")

    def test_marks_begin_on_the_first_day(self, cloud: Cloud) -> None:
        found = read(cloud.connector().attendance_between(BEGINS, BEGINS, Filters()))
        assert {day for _, day, _ in found.marks} == {BEGINS}

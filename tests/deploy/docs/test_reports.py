"""Tests that the tests named in docs/reports.md exist, and that its reports can be found."""

import re

from tests.deploy.docs.test_promises import is_test, rows

REPORT = re.compile(r"\[([\w.-]+/[\w.-]+)#(\d+)\]\(https://github\.com/\1/issues/\2\)")
WITHOUT_NUMBER = {"thoughtbot/upcase", "users of spreadsheets"}
"""Sources that are no numbered reports."""


def test_every_row_names_a_report_an_outcome_and_a_test() -> None:
    reports = [row[0] for row in rows("reports.md")]
    assert len(reports) == len(set(reports)) > 30
    assert all(all(row) and "::test_" in row[-1] for row in rows("reports.md"))
    sources = {source for report in reports for source in report.split(", ")}
    assert {source for source in sources if not REPORT.fullmatch(source)} == WITHOUT_NUMBER


def test_every_named_test_exists() -> None:
    names = [name for row in rows("reports.md") for name in re.findall(r"`([^`]+)`", row[-1])]
    assert [name for name in names if not is_test(name)] == []

"""Tests that a line of a file is parsed as a submission, or rejected with all its faults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.survey.design.questionnaire.domain import Item, parse_questionnaire
from services.survey.fieldwork.imports.domain import columns_of_answers
from services.survey.fieldwork.imports.lines import LineParser, ParsedLine
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import AnswerChecker, Submission, submission_key
from shared import clock
from shared.files.tables import Line, ragged
from shared.imports.columns import Columns
from tests.services.survey.documents import every_type

WAVE = UUID(int=1)
OPTIONS = Options(system="erp", timezone="Asia/Shanghai", encoding=None, channel="file")
HEADER = ["who", "submitted_at", "channel", "appearance", "safety", "外观以外", "wish"]
MAPPING: dict[str, str | None] = {"who": "respondent_external_id", "外观以外": "bought"}


def items() -> list[Item]:
    """Return the items of a questionnaire that has an item of every type."""
    return list(parse_questionnaire(every_type()).items)


def columns_of(*, without: tuple[str, ...] = ()) -> Columns:
    """Return the columns of HEADER, except the columns `without`."""
    header = [name for name in HEADER if name not in without]
    mapping = {name: to for name, to in MAPPING.items() if name not in without}
    return columns_of_answers(header, mapping, {item.code: False for item in items()})


def parser(*, options: Options = OPTIONS, without: tuple[str, ...] = ()) -> LineParser:
    """Return the parser of a file with the columns of HEADER, except the columns `without`."""
    columns, checker = columns_of(without=without), AnswerChecker(items())
    return LineParser(columns, checker, options, wave_id=WAVE, digest="digest")


def line(number: int = 2, /, **cells: str) -> Line:
    """Return a line with these cells by column name; `appearance` and `safety` have defaults."""
    cells = {"appearance": "5", "safety": "4"} | cells
    return Line(number, [cells.get(name, "") for name in HEADER])


def as_submission(parsed: ParsedLine) -> Submission:
    """Return the submission of a line, which must be valid."""
    assert isinstance(parsed.result, Submission), parsed
    return parsed.result


def as_faults(parsed: ParsedLine) -> list[str]:
    """Return the messages about a line that must have faults, each with the label of its column."""
    assert isinstance(parsed.result, list)
    return [columns_of().message(fault) for fault in parsed.result]


def test_a_line_is_parsed_as_a_submission_of_its_respondent() -> None:
    cells = {
        "who": " 17 ",
        "submitted_at": " 2026-02-20 10:00 ",
        "channel": " web ",
        "wish": "more",
    }
    assert as_submission(parser().parse(line(2, **cells))) == Submission(
        key=submission_key(WAVE, "respondent", "erp", "17"),
        answers={"appearance": 5, "safety": 4, "wish": "more"},
        channel="web",
        submitted_at=datetime(2026, 2, 20, 2, tzinfo=UTC),
        respondent=("erp", "17"),
    )


def test_the_key_of_an_anonymous_line_is_derived_from_its_file_and_line_number() -> None:
    submission = as_submission(parser().parse(line(7)))
    assert submission.key == submission_key(WAVE, "line", "digest", "7")
    assert (submission.respondent, submission.submitted_at) == (None, None)
    assert submission.channel == "file"


def test_the_key_of_a_line_is_derived_from_its_response_id_if_it_has_no_respondent() -> None:
    header = ["response_id", "respondent_external_id", "appearance", "safety"]
    columns = columns_of_answers(header, {}, {item.code: False for item in items()})
    checker = AnswerChecker(items())
    file_parser = LineParser(columns, checker, OPTIONS, wave_id=WAVE, digest="digest")
    anonymous = as_submission(file_parser.parse(Line(2, [" R1 ", "", "5", "4"])))
    assert anonymous.external_id == ("erp", "R1")
    assert anonymous.key == submission_key(WAVE, "response", "erp", "R1")
    identified = as_submission(file_parser.parse(Line(3, ["R2", "17", "5", "4"])))
    assert (identified.external_id, identified.respondent) == (("erp", "R2"), ("erp", "17"))
    assert identified.key == submission_key(WAVE, "respondent", "erp", "17")
    for response_id, code in (("R1", "repeated_response"), ("a\0", "nul"), ("x" * 101, "too_long")):
        faults = file_parser.parse(Line(4, [response_id, "", "5", "4"])).result
        assert isinstance(faults, list)
        assert [(fault.pointer, fault.code) for fault in faults] == [("response_id", code)]


def test_a_file_may_have_no_columns_for_respondent_time_and_channel() -> None:
    short_parser = parser(without=("who", "submitted_at", "channel"))
    submission = as_submission(short_parser.parse(Line(2, ["5", "4", "", ""])))
    assert submission.answers == {"appearance": 5, "safety": 4}


def test_the_system_of_a_respondents_id_is_empty_if_the_options_name_no_system() -> None:
    """The API refuses a file with ids of respondents but without a system; the parser does not."""
    parser_without_system = parser(options=replace(OPTIONS, system=None))
    submission = as_submission(parser_without_system.parse(line(who="17")))
    assert submission.respondent == ("", "17")


def test_a_second_line_of_a_respondent_is_rejected_with_the_number_of_the_first_line() -> None:
    """The first line may have been imported before the job was resumed; `skip` reads it."""
    file_parser = parser()
    file_parser.skip(line(2, who=" 17 "))
    as_submission(file_parser.parse(line(3, who="18")))
    for number, who, first_number in ((4, "17", 2), (5, "18", 3), (6, "18", 3)):
        (fault,) = as_faults(file_parser.parse(line(number, who=who)))
        message = f"This respondent has answered in line {first_number}; remove one line."
        assert fault == f"who (respondent_external_id): {message}"


def test_several_anonymous_lines_of_a_file_are_all_valid() -> None:
    file_parser = parser()
    file_parser.skip(line(2))
    for number in (3, 4):
        as_submission(file_parser.parse(line(number)))


def test_a_line_of_a_respondent_is_valid_after_a_rejected_line_of_the_same_respondent() -> None:
    file_parser = parser()
    as_faults(file_parser.parse(line(2, who="17", safety="9")))
    assert as_submission(file_parser.parse(line(3, who="17"))).respondent == ("erp", "17")


def test_a_line_with_too_few_cells_is_rejected_with_that_fault_only() -> None:
    short_line = Line(2, ["=1"], ragged(expected=7, found=1))
    assert as_faults(parser().parse(short_line)) == [
        "Give 7 cells, as the header has; there are 1."
    ]


def test_all_faults_of_a_line_are_listed_with_the_names_of_their_columns() -> None:
    faults = as_faults(
        parser().parse(
            line(who="x" * 101, submitted_at="soon", channel="Web!", 外观以外="never", wish="=1+1")
        )
    )
    assert [fault.partition(": ")[0] for fault in faults] == [
        "wish",
        "who (respondent_external_id)",
        "submitted_at",
        "channel",
        "外观以外 (bought)",
    ]
    assert faults[0] == "wish: Give the value, not a formula."
    assert faults[1].endswith("Give at most 100 characters.")
    assert faults[2].startswith("submitted_at: Give a time as")
    assert "web" in faults[3]
    assert "recent, earlier, unknown" in faults[4]


def test_a_cell_with_a_formula_has_no_other_fault() -> None:
    formulas = {"who": "=" + "x" * 100, "submitted_at": "=NOW()", "channel": "=A1", "safety": "=1"}
    faults = parser().parse(line(**formulas, appearance="9")).result
    assert isinstance(faults, list)
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("respondent_external_id", "formula"),
        ("submitted_at", "formula"),
        ("channel", "formula"),
        ("safety", "formula"),
        ("appearance", "outside_scale"),
    ]


def test_each_fault_of_a_line_has_a_code_with_parameters() -> None:
    file_parser = parser()
    file_parser.skip(line(2, who="17"))
    bad = line(3, who="17", submitted_at="2999-01-01", channel="Web!", safety="9", wish="=1+1")
    faults = file_parser.parse(bad).result
    assert isinstance(faults, list)
    assert [(fault.pointer, fault.code, fault.params) for fault in faults] == [
        ("wish", "formula", {}),
        ("respondent_external_id", "repeated_respondent", {"line": 2}),
        ("submitted_at", "in_future", {}),
        ("channel", "pattern", {"pattern": "[a-z][a-z0-9_-]{0,31}"}),
        ("safety", "outside_scale", {"min": 1, "max": 5, "missing": [0]}),
    ]


@pytest.mark.parametrize(
    ("who", "is_valid"), [("x" * 100, True), ("x" * 101, False), ("a\0", False)]
)
def test_a_respondents_id_has_at_most_100_characters_and_no_nul(
    who: str, *, is_valid: bool
) -> None:
    assert isinstance(parser().parse(line(who=who)).result, Submission) is is_valid


def test_a_respondents_id_with_nul_is_a_fault_of_its_column() -> None:
    assert as_faults(parser().parse(line(who="a\0"))) == [
        "who (respondent_external_id): Leave out the character NUL."
    ]


def test_the_time_of_a_line_may_be_up_to_one_day_in_the_future(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 20, tzinfo=UTC))
    tomorrow = datetime(2026, 2, 21, tzinfo=UTC)
    submission = as_submission(parser().parse(line(submitted_at=tomorrow.isoformat())))
    assert submission.submitted_at == tomorrow
    too_late = (tomorrow + timedelta(seconds=1)).isoformat()
    (fault,) = as_faults(parser().parse(line(submitted_at=too_late)))
    assert fault.startswith("submitted_at: Give a time")

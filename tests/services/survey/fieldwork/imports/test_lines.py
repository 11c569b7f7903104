"""The parsing of a line into a submission, or into the faults for which it is rejected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.survey.design.questionnaire.domain import parse_questionnaire
from services.survey.fieldwork.imports.domain import columns_of_answers
from services.survey.fieldwork.imports.lines import LineParser
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import AnswerChecker, Submission, submission_key
from shared import clock
from shared.errors import Fault
from shared.files.tables import Line
from tests.services.survey.documents import every_type

WAVE = UUID(int=1)
OPTIONS = Options(system="erp", timezone="Asia/Shanghai", encoding=None, channel="file")
HEADER = ["who", "submitted_at", "channel", "appearance", "safety", "外观以外", "wish"]
MAPPING: dict[str, str | None] = {"who": "respondent_external_id", "外观以外": "bought"}


def parser(*, options: Options = OPTIONS, without: tuple[str, ...] = ()) -> LineParser:
    """Return a parser of a file with the columns of HEADER, without some of them."""
    items = list(parse_questionnaire(every_type()).items)
    header = [name for name in HEADER if name not in without]
    mapping = {name: to for name, to in MAPPING.items() if name not in without}
    columns = columns_of_answers(header, mapping, dict.fromkeys((i.code for i in items), False))
    return LineParser(columns, AnswerChecker(items), options, wave_id=WAVE, digest="digest")


def line(number: int = 2, /, **cells: str) -> Line:
    """Return a line with these cells; the required items are answered."""
    cells = {"appearance": "5", "safety": "4"} | cells
    return Line(number, [cells.get(name, "") for name in HEADER])


def submission(result: Submission | list[str]) -> Submission:
    """Return the submission of a valid line."""
    assert isinstance(result, Submission), result
    return result


def faults(result: Submission | list[str]) -> list[str]:
    """Return the faults of a rejected line."""
    assert isinstance(result, list)
    return result


def test_a_line_is_parsed_as_a_submission_of_its_respondent() -> None:
    cells = {
        "who": " 17 ",
        "submitted_at": " 2026-02-20 10:00 ",
        "channel": " web ",
        "wish": "more",
    }
    assert parser().parse(line(2, **cells)) == Submission(
        key=submission_key(WAVE, "respondent", "erp", "17"),
        answers={"appearance": 5, "safety": 4, "wish": "more"},
        channel="web",
        submitted_at=datetime(2026, 2, 20, 2, tzinfo=UTC),
        respondent=("erp", "17"),
    )


def test_the_key_of_an_anonymous_line_is_its_file_and_line_number() -> None:
    found = submission(parser().parse(line(7)))
    assert found.key == submission_key(WAVE, "line", "digest", "7")
    assert (found.respondent, found.submitted_at, found.channel) == (None, None, "file")


def test_a_file_may_have_no_columns_for_respondent_time_and_channel() -> None:
    found = parser(without=("who", "submitted_at", "channel")).parse(Line(2, ["5", "4", "", ""]))
    assert submission(found).answers == {"appearance": 5, "safety": 4}


def test_a_respondent_has_an_empty_system_if_the_options_name_none() -> None:
    found = submission(parser(options=replace(OPTIONS, system=None)).parse(line(who="17")))
    assert found.respondent == ("", "17")


def test_a_second_line_of_a_respondent_is_rejected_with_the_number_of_the_first() -> None:
    file_parser = parser()
    file_parser.skip(line(2, who=" 17 "))
    submission(file_parser.parse(line(3, who="18")))
    for number, who, earlier in ((4, "17", 2), (5, "18", 3), (6, "18", 3)):
        (fault,) = faults(file_parser.parse(line(number, who=who)))
        message = f"This respondent has answered in line {earlier}; remove one line."
        assert fault == f"who (respondent_external_id): {message}"


def test_several_anonymous_lines_are_all_parsed() -> None:
    file_parser = parser()
    file_parser.skip(line(2))
    for number in (3, 4):
        submission(file_parser.parse(line(number)))


def test_a_rejected_line_does_not_count_as_an_answer_of_its_respondent() -> None:
    file_parser = parser()
    faults(file_parser.parse(line(2, who="17", safety="9")))
    assert submission(file_parser.parse(line(3, who="17"))).respondent == ("erp", "17")


def test_a_line_with_too_few_cells_is_rejected_with_that_fault_only() -> None:
    ragged = Line(2, ["=1"], Fault("", "ragged", "Give 7 cells."))
    assert parser().parse(ragged) == ["Give 7 cells."]


def test_all_faults_of_a_line_are_listed_with_the_names_of_their_columns() -> None:
    found = faults(
        parser().parse(
            line(who="x" * 101, submitted_at="soon", channel="Web!", 外观以外="never", wish="=1+1")
        )
    )
    assert [fault.partition(": ")[0] for fault in found] == [
        "wish",
        "who (respondent_external_id)",
        "submitted_at",
        "channel",
        "外观以外 (bought)",
    ]
    assert found[0] == "wish: Give the value, not a formula."
    assert found[1].endswith("Give an id of at most 100 characters.")
    assert found[2].startswith("submitted_at: Give a time as")
    assert "web" in found[3]
    assert "recent, earlier, unknown" in found[4]


@pytest.mark.parametrize(
    ("who", "is_valid"), [("x" * 100, True), ("x" * 101, False), ("a\0", False)]
)
def test_an_id_has_at_most_a_hundred_characters_and_no_nul(who: str, *, is_valid: bool) -> None:
    assert isinstance(parser().parse(line(who=who)), Submission) is is_valid


def test_a_time_may_lie_up_to_a_day_in_the_future(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 20, tzinfo=UTC))
    tomorrow = datetime(2026, 2, 21, tzinfo=UTC)
    assert (
        submission(parser().parse(line(submitted_at=tomorrow.isoformat()))).submitted_at == tomorrow
    )
    beyond = (tomorrow + timedelta(seconds=1)).isoformat()
    (fault,) = faults(parser().parse(line(submitted_at=beyond)))
    assert fault.startswith("submitted_at: Give a time")

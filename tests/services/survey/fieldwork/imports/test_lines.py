"""What a line of answers is read as, and everything that is told of one that is not taken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.survey.design.questionnaire.domain import read_questionnaire
from services.survey.fieldwork.imports.domain import columns_of_answers
from services.survey.fieldwork.imports.lines import LineReader
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import Sheet, key_of
from services.survey.fieldwork.response.service import Submission
from shared import clock
from shared.errors import Fault
from shared.files.tables import Line
from tests.services.survey.documents import every_type

WAVE = UUID(int=1)
OPTIONS = Options(system="erp", timezone="Asia/Shanghai", encoding=None, channel="file")
HEADER = ["who", "submitted_at", "channel", "appearance", "safety", "外观以外", "wish"]
MAPPING: dict[str, str | None] = {"who": "respondent_external_id", "外观以外": "bought"}


def reader(*, options: Options = OPTIONS, without: tuple[str, ...] = ()) -> LineReader:
    items = list(read_questionnaire(every_type()).items)
    header = [name for name in HEADER if name not in without]
    mapping = {name: to for name, to in MAPPING.items() if name not in without}
    columns = columns_of_answers(header, mapping, dict.fromkeys((i.code for i in items), False))
    return LineReader(columns, Sheet(items), options, wave_id=WAVE, digest="digest")


def line(number: int = 2, /, **cells: str) -> Line:
    said = {"appearance": "5", "safety": "4"} | cells
    return Line(number, [said.get(name, "") for name in HEADER])


def taken(found: Submission | list[str]) -> Submission:
    assert isinstance(found, Submission), found
    return found


def faults(found: Submission | list[str]) -> list[str]:
    assert isinstance(found, list)
    return found


def test_a_line_is_read_as_the_submission_of_its_respondent() -> None:
    told = {"who": " 17 ", "submitted_at": " 2026-02-20 10:00 ", "channel": " web ", "wish": "more"}
    assert reader().read(line(2, **told)) == Submission(
        key=key_of(WAVE, "respondent", "erp", "17"),
        answers={"appearance": 5, "safety": 4, "wish": "more"},
        channel="web",
        submitted_at=datetime(2026, 2, 20, 2, tzinfo=UTC),
        respondent=("erp", "17"),
    )


def test_a_line_of_nobody_is_known_by_its_file_and_its_number() -> None:
    found = taken(reader().read(line(7)))
    assert found.key == key_of(WAVE, "line", "digest", "7")
    assert (found.respondent, found.submitted_at, found.channel) == (None, None, "file")


def test_a_file_without_columns_of_the_line_itself_is_read() -> None:
    found = reader(without=("who", "submitted_at", "channel")).read(Line(2, ["5", "4", "", ""]))
    assert taken(found).answers == {"appearance": 5, "safety": 4}


def test_ids_without_a_system_are_of_none() -> None:
    found = taken(reader(options=replace(OPTIONS, system=None)).read(line(who="17")))
    assert found.respondent == ("", "17")


def test_a_respondent_answers_a_file_once_and_is_told_where() -> None:
    reading = reader()
    reading.pass_by(line(2, who=" 17 "))
    taken(reading.read(line(3, who="18")))
    for number, who, earlier in ((4, "17", 2), (5, "18", 3), (6, "18", 3)):
        (told,) = faults(reading.read(line(number, who=who)))
        message = f"They have answered in line {earlier}; keep one line."
        assert told == f"who (respondent_external_id): {message}"


def test_lines_of_nobody_are_read_however_many_there_are() -> None:
    reading = reader()
    reading.pass_by(line(2))
    for number in (3, 4):
        taken(reading.read(line(number)))


def test_a_line_that_is_refused_leaves_its_respondent_free_to_answer() -> None:
    reading = reader()
    faults(reading.read(line(2, who="17", safety="9")))
    assert taken(reading.read(line(3, who="17"))).respondent == ("erp", "17")


def test_a_line_of_another_shape_is_told_so_and_nothing_else() -> None:
    ragged = Line(2, ["=1"], Fault("", "ragged", "Give 7 cells."))
    assert reader().read(ragged) == ["Give 7 cells."]


def test_everything_that_is_wrong_with_a_line_is_told_by_its_columns() -> None:
    told = faults(
        reader().read(
            line(who="x" * 101, submitted_at="soon", channel="Web!", 外观以外="never", wish="=1+1")
        )
    )
    assert [each.partition(": ")[0] for each in told] == [
        "wish",
        "who (respondent_external_id)",
        "submitted_at",
        "channel",
        "外观以外 (bought)",
    ]
    assert told[0] == "wish: Give the value, not a formula."
    assert told[1].endswith("Give an id of at most 100 characters.")
    assert told[2].startswith("submitted_at: Give a time as")
    assert "web" in told[3]
    assert "recent, earlier, unknown" in told[4]


@pytest.mark.parametrize(("who", "good"), [("x" * 100, True), ("x" * 101, False), ("a\0", False)])
def test_an_id_has_at_most_a_hundred_characters_and_no_nul(who: str, *, good: bool) -> None:
    assert isinstance(reader().read(line(who=who)), Submission) is good


def test_a_time_may_lie_a_day_ahead_for_clocks_that_are_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 20, tzinfo=UTC))
    day_on = datetime(2026, 2, 21, tzinfo=UTC)
    assert taken(reader().read(line(submitted_at=day_on.isoformat()))).submitted_at == day_on
    beyond = (day_on + timedelta(seconds=1)).isoformat()
    (told,) = faults(reader().read(line(submitted_at=beyond)))
    assert told.startswith("submitted_at: Give a time")

"""Parsing of a file's lines: a valid line becomes a submission, others a list of faults."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.customers.customer.domain import ExternalKey
from services.survey.fieldwork.imports.domain import (
    CHANNEL,
    CHANNEL_PATTERN,
    FIELDS,
    RESPONDENT,
    SUBMITTED_AT,
)
from services.survey.fieldwork.imports.problems import REPEATED_RESPONDENT
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import (
    MOST_AHEAD,
    AnswerChecker,
    CheckedAnswers,
    Submission,
    submission_key,
)
from services.survey.fieldwork.response.problems import IN_FUTURE
from services.survey.fieldwork.response.texts import fault_of
from shared import clock
from shared.errors import Fault, InvalidValue
from shared.faults import NUL, PATTERN, TOO_LONG
from shared.files.cells import is_formula
from shared.files.tables import Line
from shared.imports.columns import Columns
from shared.imports.faults import FORMULA
from shared.imports.times import DateFormat, TimeFormat, parse_moment

_LONGEST_ID = 100


class LineParser:
    """Parses the lines of one file in their order.

    The parser remembers the respondents of the valid lines: a respondent answers a wave only once,
    so a second valid line of a respondent is rejected. `digest` is the SHA-256 of the file.
    """

    def __init__(
        self,
        columns: Columns,
        checker: AnswerChecker,
        options: Options,
        *,
        wave_id: UUID,
        digest: str,
    ) -> None:
        self._columns = columns
        self._checker = checker
        self._options = options
        self._times = TimeFormat(ZoneInfo(options.timezone), DateFormat(options.date_format))
        self._wave_id = wave_id
        self._digest = digest
        self._lines_by_respondent: dict[str, int] = {}
        self._item_positions = {
            code: position for code, position in columns.positions.items() if code not in FIELDS
        }

    def skip(self, line: Line) -> None:
        """Remember the respondent of a valid line that was imported before the job was resumed."""
        if external_id := self._cell(line, RESPONDENT):
            self._lines_by_respondent[external_id] = line.number

    def parse(self, line: Line) -> Submission | list[Fault]:
        """Return the submission that a line contains, or all its faults.

        The pointer of a fault is the name of a field; it is empty if the whole line is invalid.
        """
        if line.fault:
            return [line.fault]
        faults = list(self._formula_faults(line))
        respondent = self._respondent(line, faults)
        submitted_at = self._submitted_at(line, faults)
        channel = self._channel(line, faults)
        checked = self._answers(line, faults)
        if faults:
            return _first_of_each_field(faults)
        if respondent is not None:
            self._lines_by_respondent[respondent[1]] = line.number
        return Submission(
            key=self._submission_key(line, respondent),
            answers=checked.answers,
            channel=channel,
            submitted_at=submitted_at,
            respondent=respondent,
        )

    def _submission_key(self, line: Line, respondent: ExternalKey | None) -> UUID:
        """Return the key by which a later import recognizes the submission of this line.

        An anonymous line is recognized only in the same file, at the same line number.
        """
        if respondent:
            return submission_key(self._wave_id, "respondent", *respondent)
        return submission_key(self._wave_id, "line", self._digest, str(line.number))

    def _cell(self, line: Line, field: str) -> str:
        """Return the trimmed text of a field, or "" if the file has no column for the field."""
        position = self._columns.positions.get(field)
        return "" if position is None else line.cells[position].strip()

    def _formula_faults(self, line: Line) -> Iterator[Fault]:
        """Yield a fault for each cell that contains a formula instead of a value."""
        for field, position in self._columns.positions.items():
            if is_formula(line.cells[position]):
                yield Fault(field, FORMULA, "Give the value, not a formula.")

    def _answers(self, line: Line, faults: list[Fault]) -> CheckedAnswers:
        """Return the checked answers of the line; append its faults to `faults`."""
        texts = {
            code: text
            for code, position in self._item_positions.items()
            if (text := line.cells[position])
        }
        checked = self._checker.check_texts(texts)
        faults += [fault_of(fault).at(fault.item) for fault in checked.faults]
        return checked

    def _respondent(self, line: Line, faults: list[Fault]) -> ExternalKey | None:
        """Return the external key of the respondent, None if the line is anonymous.

        The fault of an invalid id, or of an earlier line of the respondent, is appended to
        `faults`.
        """
        external_id = self._cell(line, RESPONDENT)
        earlier_line = self._lines_by_respondent.get(external_id)
        if "\x00" in external_id:
            faults.append(Fault(RESPONDENT, NUL, "Leave out the character NUL."))
        elif len(external_id) > _LONGEST_ID:
            advice = "Give an id of at most {max} characters."
            faults.append(Fault(RESPONDENT, TOO_LONG, advice, max=_LONGEST_ID))
        elif earlier_line is not None:
            advice = "This respondent has answered in line {line}; remove one line."
            faults.append(Fault(RESPONDENT, REPEATED_RESPONDENT, advice, line=earlier_line))
        return (self._options.system or "", external_id) if external_id else None

    def _submitted_at(self, line: Line, faults: list[Fault]) -> datetime | None:
        """Return the time at which the line was answered, None if the cell is empty or invalid.

        The fault of an invalid time is appended to `faults`.
        """
        text = self._cell(line, SUBMITTED_AT)
        if not text:
            return None
        try:
            moment = parse_moment(text, self._times)
        except InvalidValue as error:
            faults.append(error.fault.at(SUBMITTED_AT))
            return None
        if moment > clock.now() + MOST_AHEAD:
            faults.append(Fault(SUBMITTED_AT, IN_FUTURE, "Give a time in the past."))
        return moment

    def _channel(self, line: Line, faults: list[Fault]) -> str:
        """Return the channel of the line, by default the channel that the options name.

        The fault of an invalid channel is appended to `faults`.
        """
        channel = self._cell(line, CHANNEL) or self._options.channel
        if not CHANNEL_PATTERN.fullmatch(channel):
            advice = "Write it in lower case, such as web or on_site."
            faults.append(Fault(CHANNEL, PATTERN, advice, pattern=CHANNEL_PATTERN.pattern))
        return channel


def _first_of_each_field(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first fault of each field; so a formula is not an invalid answer as well."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.pointer, fault)
    return list(first.values())

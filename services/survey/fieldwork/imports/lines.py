"""Parsing of a file's lines: a valid line becomes a submission, others a list of faults."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.customers.customer.domain import ExternalKey
from services.survey.fieldwork.imports.domain import (
    CHANNEL,
    CHANNEL_PATTERN,
    FIELDS,
    IDS,
    RESPONDENT,
    RESPONSE_ID,
    SUBMITTED_AT,
)
from services.survey.fieldwork.imports.problems import REPEATED_RESPONDENT, REPEATED_RESPONSE
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
from shared.faults import PATTERN
from shared.files.cells import is_formula
from shared.files.tables import Line
from shared.imports.cells import ID
from shared.imports.columns import Columns
from shared.imports.faults import FORMULA, MERGED
from shared.imports.placeholders import refuse_placeholder
from shared.imports.repairs import RepairKind, repair_line
from shared.imports.times import DateFormat, TimeFormat, parse_moment

_REPEATED = {
    RESPONDENT: (
        REPEATED_RESPONDENT,
        "This respondent has answered in line {line}; remove one line.",
    ),
    RESPONSE_ID: (REPEATED_RESPONSE, "Line {line} is the same response; remove one line."),
}
"""For each column with ids the code and the message of a fault: an earlier line has the same id."""


class ParsedLine(NamedTuple):
    """The submission or the faults of a line, and the kinds of the repairs of a valid line."""

    result: Submission | list[Fault]
    repairs: Sequence[RepairKind] = ()


class LineParser:
    """Parses the lines of one file in their order.

    The parser remembers the respondents and the response ids of the valid lines: a respondent
    answers a wave only once, so a second valid line of a respondent is rejected, and so is a second
    line of a response. `digest` is the SHA-256 of the file.
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
        self._lines_by_id: dict[str, dict[str, int]] = {field: {} for field in IDS}

    def skip(self, line: Line) -> None:
        """Remember the ids of a valid line that was imported before the job was resumed."""
        texts, _ = repair_line(line, self._columns.positions)
        self._remember(texts, line.number)

    def parse(self, line: Line) -> ParsedLine:
        """Return the submission that a line contains, or all its faults, and its repairs.

        The pointer of a fault is the name of a field; it is empty if the whole line is invalid.
        """
        if line.fault:
            return ParsedLine([line.fault])
        texts, repairs = repair_line(line, self._columns.positions)
        faults = [*self._merged_faults(line), *_formula_faults(texts)]
        respondent = self._external_id(texts, RESPONDENT, faults)
        response_id = self._external_id(texts, RESPONSE_ID, faults)
        submitted_at = self._submitted_at(texts, faults)
        channel = self._channel(texts, faults)
        checked = self._answers(texts, faults)
        if faults:
            return ParsedLine(_first_of_each_field(faults))
        self._remember(texts, line.number)
        submission = Submission(
            key=self._submission_key(line, respondent, response_id),
            answers=checked.answers,
            channel=channel,
            submitted_at=submitted_at,
            respondent=respondent,
            external_id=response_id,
        )
        return ParsedLine(submission, repairs)

    def _merged_faults(self, line: Line) -> list[Fault]:
        """Return a fault for each used cell that is merged with cells of other lines."""
        used = self._columns.positions.items() if line.merged else ()
        return [Fault(field, MERGED) for field, position in used if position in line.merged]

    def _remember(self, texts: Mapping[str, str], number: int) -> None:
        """Remember the ids of a valid line, so that a later line with one of them is rejected."""
        for field in IDS:
            if external_id := texts.get(field):
                self._lines_by_id[field][external_id] = number

    def _submission_key(
        self, line: Line, respondent: ExternalKey | None, response_id: ExternalKey | None
    ) -> UUID:
        """Return the key by which a later import recognizes the submission of this line.

        The respondent comes first, because a respondent answers a wave once. A line without ids is
        recognized only in the same file, at the same line number.
        """
        if respondent:
            return submission_key(self._wave_id, "respondent", *respondent)
        if response_id:
            return submission_key(self._wave_id, "response", *response_id)
        return submission_key(self._wave_id, "line", self._digest, str(line.number))

    def _answers(self, texts: Mapping[str, str], faults: list[Fault]) -> CheckedAnswers:
        """Return the checked answers of the line; append its faults to `faults`."""
        answers = {code: text for code, text in texts.items() if text and code not in FIELDS}
        checked = self._checker.check_texts(answers)
        faults += [fault_of(fault).at(fault.item) for fault in checked.faults]
        return checked

    def _external_id(
        self, texts: Mapping[str, str], field: str, faults: list[Fault]
    ) -> ExternalKey | None:
        """Return the external key of the respondent or of the response, None if the cell is empty.

        The fault of an invalid id, or of an earlier line with this id, is appended to `faults`.
        """
        external_id = texts.get(field, "")
        earlier_line = self._lines_by_id[field].get(external_id)
        if not external_id:
            return None
        try:
            refuse_placeholder(external_id, self._options.placeholders)
            ID.parse(external_id)
        except InvalidValue as error:
            faults.append(error.fault.at(field))
        if earlier_line is not None:
            code, advice = _REPEATED[field]
            faults.append(Fault(field, code, advice, line=earlier_line))
        return self._options.system or "", external_id

    def _submitted_at(self, texts: Mapping[str, str], faults: list[Fault]) -> datetime | None:
        """Return the time at which the line was answered, None if the cell is empty or invalid.

        The fault of an invalid time is appended to `faults`.
        """
        text = texts.get(SUBMITTED_AT)
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

    def _channel(self, texts: Mapping[str, str], faults: list[Fault]) -> str:
        """Return the channel of the line, by default the channel that the options name.

        The fault of an invalid channel is appended to `faults`.
        """
        channel = texts.get(CHANNEL) or self._options.channel
        if not CHANNEL_PATTERN.fullmatch(channel):
            advice = "Write it in lower case, such as web or on_site."
            faults.append(Fault(CHANNEL, PATTERN, advice, pattern=CHANNEL_PATTERN.pattern))
        return channel


def _formula_faults(texts: Mapping[str, str]) -> Iterator[Fault]:
    """Yield a fault for each cell that contains a formula instead of a value."""
    for field, text in texts.items():
        if is_formula(text):
            yield Fault(field, FORMULA, "Give the value, not a formula.")


def _first_of_each_field(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first fault of each field; so a formula is not an invalid answer as well."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.pointer, fault)
    return list(first.values())

"""A line of a file becomes a submission, or what is wrong with it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.customers.customer.repository import Pair
from services.survey.fieldwork.imports.domain import (
    CHANNEL,
    FIELDS,
    RESPONDENT,
    SUBMITTED_AT,
    is_channel,
)
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import Checked, Sheet, key_of
from services.survey.fieldwork.response.service import AHEAD, Submission
from services.survey.fieldwork.response.texts import say
from shared import clock
from shared.files.cells import is_formula, parse_moment
from shared.files.tables import Line
from shared.imports.columns import Columns

_LONGEST_ID = 100


class LineReader:
    """Reads the lines of one file; remembers who has answered in it.

    A respondent answers a wave once, so a second line of theirs is refused, the same each time.
    """

    def __init__(
        self, columns: Columns, sheet: Sheet, options: Options, *, wave_id: UUID, digest: str
    ) -> None:
        self._columns = columns
        self._sheet = sheet
        self._options = options
        self._zone = ZoneInfo(options.timezone)
        self._wave_id = wave_id
        self._digest = digest
        self._answered: dict[str, int] = {}
        self._items = {code: at for code, at in columns.positions.items() if code not in FIELDS}

    def pass_by(self, line: Line) -> None:
        """Remember the respondent of a line that was taken before this process began."""
        if external_id := self._cell(line, RESPONDENT):
            self._answered[external_id] = line.number

    def read(self, line: Line) -> Submission | list[str]:
        """Read a line whole, or tell everything that is wrong with it."""
        if line.fault:
            return [line.fault.message]
        faults = list(self._formulas(line))
        respondent = self._respondent(line, faults)
        submitted_at = self._submitted_at(line, faults)
        channel = self._channel(line, faults)
        checked = self._answers(line, faults)
        if faults:
            return faults
        if respondent is not None:
            self._answered[respondent[1]] = line.number
        return Submission(
            key=self._key(line, respondent),
            answers=checked.answers,
            channel=channel,
            submitted_at=submitted_at,
            respondent=respondent,
        )

    def _key(self, line: Line, respondent: Pair | None) -> UUID:
        if respondent:
            return key_of(self._wave_id, "respondent", *respondent)
        return key_of(self._wave_id, "line", self._digest, str(line.number))

    def _cell(self, line: Line, field: str) -> str:
        at = self._columns.positions.get(field)
        return "" if at is None else line.cells[at].strip()

    def _formulas(self, line: Line) -> Iterator[str]:
        for field, at in self._columns.positions.items():
            if is_formula(line.cells[at]):
                yield self._columns.fault(field, "Give the value, not a formula.")

    def _answers(self, line: Line, faults: list[str]) -> Checked:
        written = {code: text for code, at in self._items.items() if (text := line.cells[at])}
        checked = self._sheet.check_texts(written)
        faults += [self._columns.fault(r.item, say(r)) for r in checked.refusals]
        return checked

    def _respondent(self, line: Line, faults: list[str]) -> Pair | None:
        external_id = self._cell(line, RESPONDENT)
        earlier = self._answered.get(external_id)
        if len(external_id) > _LONGEST_ID or "\x00" in external_id:
            faults.append(
                self._columns.fault(RESPONDENT, f"Give an id of at most {_LONGEST_ID} characters.")
            )
        elif earlier is not None:
            faults.append(
                self._columns.fault(
                    RESPONDENT, f"They have answered in line {earlier}; keep one line."
                )
            )
        return (self._options.system or "", external_id) if external_id else None

    def _submitted_at(self, line: Line, faults: list[str]) -> datetime | None:
        written = self._cell(line, SUBMITTED_AT)
        if not written:
            return None
        try:
            moment = parse_moment(written, self._zone)
        except ValueError as error:
            faults.append(self._columns.fault(SUBMITTED_AT, str(error)))
            return None
        if moment > clock.now() + AHEAD:
            faults.append(self._columns.fault(SUBMITTED_AT, "Give a time that has been."))
        return moment

    def _channel(self, line: Line, faults: list[str]) -> str:
        written = self._cell(line, CHANNEL) or self._options.channel
        if not is_channel(written):
            message = "Write it in small letters, such as web or on_site."
            faults.append(self._columns.fault(CHANNEL, message))
        return written

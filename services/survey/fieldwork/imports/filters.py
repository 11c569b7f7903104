"""The query parameters that filter the list of a survey's imports."""

from pydantic import Field

from services.survey.fieldwork.survey.schemas import WaveCode
from shared.imports.filters import ImportFilter


class AnswerImportFilter(ImportFilter):
    """Filters of the list of a survey's imports."""

    wave: WaveCode | None = Field(None, description="Imports of answers to this wave (调研批次).")

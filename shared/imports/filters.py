"""The query parameters that filter a list of imports."""

from pydantic import Field

from shared.http.parameters import CreatedFilter
from shared.jobs.models import JobState


class ImportFilter(CreatedFilter):
    """Filters of a list of imports; an import must match every filter that is given."""

    state: JobState | None = Field(None, description="Imports in this state.")
    dry_run: bool | None = Field(
        None, description="Only imports that change nothing (true), or only the others (false)."
    )

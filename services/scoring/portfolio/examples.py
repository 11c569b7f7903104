"""What a satisfaction index looks like, for the API's documents."""

from typing import Any, Final

SATISFACTION: Final[dict[str, Any]] = {
    "survey_id": "0199a7c0-0000-7000-8000-000000000018",
    "wave": "2026-H1",
    "as_of": "2026-10-31",
    "made_at": "2026-10-31T08:15:30.123456Z",
    "n": 12,
    "index": 58.125,
    "low": 43.7504,
    "high": 72.4996,
}

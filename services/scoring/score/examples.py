"""What a score looks like, for the API's documents."""

from typing import Any, Final

SCORE: Final[dict[str, Any]] = {
    "customer_id": "0199a7c0-0000-7000-8000-000000000017",
    "as_of": "2026-10-31",
    "made_at": "2026-10-31T08:15:30.123456Z",
    "model": {"id": "0199a7c0-0000-7000-8000-000000000001", "version": 1},
    "currency": "CNY",
    "value_points": "1.05862",
    "class": "A",
    "rung": "first_time",
    "silent": False,
    "satisfaction": {"index": 87.5, "n": 6},
    "revenue": "105862",
    "recent_revenue": "105862",
    "purchase_days": 1,
    "last_purchase_on": "2026-10-03",
    "excluded": [{"currency": "USD", "facts": 1, "amount": "1250"}],
}

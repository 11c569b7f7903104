"""The types of fields that several contracts have."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from shared.contracts.description import Doc

EXACT = r"^-?[0-9]+(\.[0-9]+)?$"
"""The pattern of exact decimals: no exponent."""

Version: TypeAlias = Annotated[
    int, Doc("Version of the record. It only grows, though not always by 1.", 3, minimum=0)
]
RecordedAt: TypeAlias = Annotated[
    datetime, Doc("Moment of this version, in UTC.", "2026-02-20T02:30:00Z")
]
Moment: TypeAlias = Annotated[datetime, Doc("A moment, in UTC.", "2026-02-20T02:30:00Z")]
Day: TypeAlias = Annotated[date, Doc("A day in the time zone of the company.", "2026-02-20")]
CustomerId: TypeAlias = Annotated[
    UUID, Doc("Id of the customer.", "0199a7c0-0000-7000-8000-000000000001")
]
SurveyId: TypeAlias = Annotated[
    UUID, Doc("Id of the survey.", "0199a7c0-0000-7000-8000-000000000011")
]
Currency: TypeAlias = Annotated[
    str, Doc("Currency, a code of ISO 4217.", "CNY", pattern="^[A-Z]{3}$")
]
Exact: TypeAlias = Annotated[Decimal, Doc("An exact decimal, as text.", "2599", pattern=EXACT)]
ExactText: TypeAlias = Annotated[str, Doc("An exact decimal, as text.", "105862", pattern=EXACT)]

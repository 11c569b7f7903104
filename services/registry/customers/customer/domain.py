"""The record of a customer, the rules that it must meet, and its search tokens.

All functions are pure: they read and write nothing outside their arguments.

A customer (客户) is a person or organisation on whom the company keeps a record; a shopper (顾客)
is anonymous and is not a customer.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, groupby
from typing import Any

from services.registry.customers.customer.contacts import parse_phone, phone_tokens
from services.registry.customers.customer.problems import CONTRADICTION
from shared.contracts.registry.customer import (
    CustomerKind,
    CustomerNature,
    Ownership,
    RetailFormat,
)
from shared.errors import Fault, FieldError, InvalidValue
from shared.faults import NOT_VISIBLE, TOO_LONG
from shared.row_access import SYSTEM_READER, Reader, Rows
from shared.texts import fold

MAX_EXTERNAL_IDS = 50
MAX_TAGS = 50


@dataclass(frozen=True, slots=True, order=True)
class ExternalId:
    """The id of a customer in another system."""

    system: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The data of a customer, without the id, version and times that the registry adds.

    `phone` is as it was written, `phone_e164` the same number in the form E.164 if it has one.
    `country` is a code of ISO 3166.
    """

    external_ids: tuple[ExternalId, ...] = ()
    name: str
    name_en: str | None = None
    kind: CustomerKind = CustomerKind.UNKNOWN
    nature: CustomerNature = CustomerNature.UNKNOWN
    ownership: Ownership | None = None
    retail_format: RetailFormat | None = None
    email: str | None = None
    phone: str | None = None
    phone_e164: str | None = None
    city: str | None = None
    country: str | None = None
    owner: str | None = None
    team: str | None = None
    internal: bool = False
    disqualified: bool = False
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedFields:
    """The fields of a customer in a request. They become a record only if there are no faults.

    `values` are those of the valid fields; the external ids are in the order of the request, which
    may repeat one. `faults` are those of the other fields, with JSON pointers. `default_country` is
    the country of a phone number if neither it nor the customer has one.
    """

    values: Mapping[str, Any]
    faults: Sequence[Fault]
    default_country: str

    @property
    def invalid(self) -> set[str]:
        """The names of the fields with a fault."""
        return {fault.pointer.split("/")[1] for fault in self.faults}

    @property
    def external_ids(self) -> Sequence[ExternalId]:
        """The external ids in the request; none if it has no such field."""
        given: Sequence[ExternalId] = self.values.get("external_ids", ())
        return given


def build_record(
    values: Mapping[str, Any],
    before: Record | None,
    *,
    default_country: str,
    reader: Reader = SYSTEM_READER,
    ignored_fields: Collection[str] = (),
) -> Record:
    """Return a record with these values; fields without one have their value in `before`.

    A new record has the owner or team of a limited reader if the values have none. Raises
    FieldError with all faults if the phone number cannot exist in the customer's country, if fields
    contradict each other, if there are too many external ids, or if the record is not visible to
    the reader. The `ignored_fields` contradict nothing: their values are invalid or not known.
    """
    record = replace(before, **values) if before else Record(**values)
    if before is None:
        record = with_owner_or_team_of(reader, record)
    faults = contradictions(record) + invisible_fields(record, reader)
    if len(values.get("external_ids", ())) > MAX_EXTERNAL_IDS:
        advice = "Give at most {max} external ids, including the id in the path and the stored ids."
        faults.append(Fault("external_ids", TOO_LONG, advice, max=MAX_EXTERNAL_IDS))
    country = "" if "country" in ignored_fields else record.country or default_country
    try:
        record = with_phone_in_e164(record, before, country=country)
    except InvalidValue as error:
        faults.append(error.fault.at("phone"))
    faults = [
        fault
        for fault in faults
        if not {fault.pointer, fault.params.get("field")}.intersection(ignored_fields)
    ]
    if faults:
        raise FieldError(*faults)
    return record


def contradictions(record: Record) -> list[Fault]:
    """Return a fault, with the name of the field, for each field that contradicts another one."""
    found = []
    if not _nature_fits_kind(record.kind, record.nature):
        advice = "Persons are individual or household; organisations are neither."
        found.append(Fault("nature", CONTRADICTION, advice, field="kind"))
    if record.ownership and record.kind is CustomerKind.PERSON:
        advice = "Only an organisation has an ownership."
        found.append(Fault("ownership", CONTRADICTION, advice, field="kind"))
    if record.retail_format and record.nature is not CustomerNature.RETAILER:
        advice = "Only a retailer has a retail format."
        found.append(Fault("retail_format", CONTRADICTION, advice, field="nature"))
    return found


def _nature_fits_kind(kind: CustomerKind, nature: CustomerNature) -> bool:
    """Return whether a customer of this kind can have this nature; unknown fits everything."""
    if kind is CustomerKind.UNKNOWN or nature is CustomerNature.UNKNOWN:
        return True
    return (kind is CustomerKind.PERSON) == (
        nature in {CustomerNature.INDIVIDUAL, CustomerNature.HOUSEHOLD}
    )


def with_phone_in_e164(record: Record, before: Record | None = None, *, country: str) -> Record:
    """Return the record with its phone number in the form E.164.

    A number without a country code belongs to `country`; if that is empty, to any country. Raises
    InvalidValue if the number cannot exist, unless `before`, the stored record, has it already.
    """
    if record.phone is None:
        return replace(record, phone_e164=None)
    try:
        e164 = parse_phone(record.phone, country)
    except InvalidValue:
        if before is None or before.phone != record.phone:
            raise
        e164 = None
    return replace(record, phone_e164=e164)


_VISIBILITY_ADVICE = {
    "owner": "This key sees only customers whose owner is its user: leave out the owner, or give "
    "the user of the key.",
    "team": "This key sees only customers of its own team: leave out the team, or give that team.",
}


def visibility_condition(reader: Reader) -> dict[str, str | None]:
    """Return the field, and its value, that makes a customer visible to a reader.

    A reader with `rows: own` sees a customer whose owner is its user, one with `rows: team`
    a customer of the reader's team. The result is empty for a reader who sees all rows.
    """
    if reader.rows is Rows.OWN:
        return {"owner": reader.owner}
    return {"team": reader.team} if reader.rows is Rows.TEAM else {}


def with_owner_or_team_of(reader: Reader, record: Record) -> Record:
    """Return the record with a missing owner or team set to the reader's, who then may see it.

    A reader with `rows: own` sets the owner, a reader with `rows: team` the team.
    """
    absent: dict[str, Any] = {
        name: value
        for name, value in visibility_condition(reader).items()
        if getattr(record, name) is None
    }
    return replace(record, **absent)


def invisible_fields(record: Record, reader: Reader) -> list[Fault]:
    """Return a fault for the owner or team whose value hides a record from the reader."""
    return [
        Fault(name, NOT_VISIBLE, _VISIBILITY_ADVICE[name])
        for name, value in visibility_condition(reader).items()
        if getattr(record, name) != value
    ]


def merge_external_ids(
    first: Iterable[ExternalId], second: Iterable[ExternalId]
) -> tuple[ExternalId, ...]:
    """Return the external ids of both collections, each once, in ascending order."""
    return tuple(sorted({*first, *second}))


def differences(before: Record, after: Record) -> dict[str, dict[str, Any]]:
    """Return the fields that differ between two records, each with its values `from` and `to`."""
    old, new = asdict(before), asdict(after)
    return {name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name]}


_WORD = re.compile(r"[^\W_]+(?:[-'.@+][^\W_]+)*")
_CHINESE = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NUMBER_PART = re.compile(r"[-0-9+.()/]+")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_MAX_TOKEN_LENGTH = 60


def tokens(record: Record) -> set[str]:
    """Return the tokens of a record: its words, and the pieces of words with Chinese characters.

    The digits of its phone number are tokens too. Tokens are folded (`shared.texts.fold`). A search
    finds the records that have, for each prefix that `query_tokens` returns, a token that begins
    with it.
    Tokens are stored in the database: a change of this function needs a migration that computes
    them again.
    """
    ids = [external.id for external in record.external_ids]
    texts = [record.name, record.name_en, record.email, record.phone, record.city, *ids]
    found: set[str] = set()
    for text in filter(None, texts):
        folded = fold(text)
        runs, other_words = _split_chinese(folded)
        found.update(
            word[:_MAX_TOKEN_LENGTH] for word in (folded, *_WORD.findall(folded), *other_words)
        )
        found.update(run[start : start + 2] for run in runs for start in range(len(run)))
    return found | (phone_tokens(record.phone_e164) if record.phone_e164 else set())


def query_tokens(query: str) -> list[tuple[str, ...]]:
    """Return the prefixes of a search query.

    A record matches if it has, for each tuple, a token that begins with one of its prefixes. A
    query is split like the texts of a record, so that each of these texts finds its record: Chinese
    characters into pairs, the rest into words without the punctuation around them. Punctuation is
    a prefix only in a query that has nothing else. All digits of consecutive words that look like
    parts of a phone number are a second prefix of each of these words.
    """
    folded = fold(query)
    prefixes: list[tuple[str, ...]] = []
    for is_number, group in groupby(folded.split(), _looks_like_a_number):
        words = list(group)
        number = _NOT_A_DIGIT.sub("", "".join(words)) if is_number else ""
        for prefix in chain.from_iterable(map(_prefixes, words)):
            both = (prefix[:_MAX_TOKEN_LENGTH], number[:_MAX_TOKEN_LENGTH])
            prefixes.append(tuple(dict.fromkeys(filter(None, both))))
    if not prefixes and (punctuation := folded.strip()):
        return [(punctuation[:_MAX_TOKEN_LENGTH],)]
    return list(dict.fromkeys(prefixes))


def is_long_enough(query: str) -> bool:
    """Return whether a query has a prefix of two characters or of one Chinese character.

    A query of shorter prefixes only, such as `c+`, would find every record with a word in `c`.
    """
    prefixes = chain.from_iterable(query_tokens(query))
    return any(len(prefix) > 1 or _CHINESE.fullmatch(prefix) for prefix in prefixes)


def _looks_like_a_number(word: str) -> bool:
    """Return whether a word has only digits and the characters that separate those of a phone."""
    return bool(_NUMBER_PART.fullmatch(word))


def _prefixes(word: str) -> list[str]:
    """Return the prefixes of a word of a query: pairs of Chinese characters, and other pieces."""
    runs, other_words = _split_chinese(word)
    pairs = [run[start : start + 2] for run in runs for start in range(max(len(run) - 1, 1))]
    return pairs + other_words


def _split_chinese(text: str) -> tuple[list[str], list[str]]:
    """Return the runs of Chinese characters in a text, and the other words between them."""
    return _CHINESE.findall(text), _WORD.findall(_CHINESE.sub(" ", text))

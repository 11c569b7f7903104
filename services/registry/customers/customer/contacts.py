"""E-mail addresses and phone numbers, by the libraries that know their rules. Pure."""

import re

import email_validator
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from services.registry.customers.customer.problems import EMAIL, PHONE
from shared.errors import InvalidValue

_PUNCTUATION = re.compile(
    r"[\t .()（）\[\]［］\-−－\u3000\u00a0\u00ad\u2000-\u2015\u202a-\u202f\u2060-\u2069]"
)
"""Blanks, brackets, dashes and the invisible characters of address books, but no new line."""

_ONE_NUMBER = re.compile(r"[+＋]?\d+|(?:[+＋]\d{2,9}|0\d{1,6})[/／]\d+")
"""One number without punctuation; a slash may only follow an area code, as in 030/123456."""

_EXTENSION = re.compile(
    r"[\s,，(（]*(?:;\s*ext\s*=|extension|extn|ext|x|[#＃]|[转轉]|分[机機]号?|[内內][线線])"
    r"[\s.:：]*\d{1,7}[#)）]?$",
    re.IGNORECASE,
)
_INTERNAL_NUMBER = re.compile(r"[0-9]{1,4}")
"""The whole number of somebody in the company of the customer (分机)."""
_EXTENSION_AFTER_DASH = re.compile(r"\s*[-–—]\s*\d{1,5}$")
_NOT_A_DIGIT = re.compile(r"\D")

_DOMAINS_OF_TRIALS_AND_COMPANIES = {"test", "local"}

# The library documents this list as the place where applications allow such domains.
email_validator.SPECIAL_USE_DOMAIN_NAMES = [
    name
    for name in email_validator.SPECIAL_USE_DOMAIN_NAMES
    if name not in _DOMAINS_OF_TRIALS_AND_COMPANIES
]


def parse_email(text: str) -> str:
    """Return an e-mail address in its usual form; raise InvalidValue if it is none.

    The domain is in lower case and without punycode, and both parts are normalised (Unicode NFC):
    the address still names the same mailbox. Only the syntax is checked, no domain is looked up.
    Addresses with letters of any script are allowed, and domains below `.test`, `.example` and
    `.local`. A domain without a dot, or below another reserved name (`.invalid`), is refused.
    """
    try:
        found = validate_email(text, strict=True, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidValue(EMAIL) from error
    return found.normalized


def parse_phone(text: str, country: str) -> str | None:
    """Return a phone number in the form E.164, such as +862155550100, without its extension.

    A number without `+` belongs to `country` (ISO 3166). Return None if the number is possible but
    not known to be assigned, such as a local number without its area code, if it cannot be dialled
    from other countries, such as 12315, or if it is an internal number of at most four digits.
    Raises InvalidValue if no such number can exist, or if the text contains anything else: a letter
    is never taken for a digit.
    """
    if _INTERNAL_NUMBER.fullmatch(text.strip()):
        return None
    number = _EXTENSION.sub("", text.strip())
    region = country if country in phonenumbers.SUPPORTED_REGIONS else None
    try:
        return _in_e164(number, region)
    except InvalidValue:
        without_extension = _EXTENSION_AFTER_DASH.sub("", number)
        if without_extension == number:
            raise
        return _in_e164(without_extension, region)


def phone_tokens(e164: str) -> set[str]:
    """Return the digits of a phone number, as dialled from other countries and in its own."""
    national = phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.NATIONAL)
    return {_NOT_A_DIGIT.sub("", written) for written in (e164, national)}


def _in_e164(text: str, region: str | None) -> str | None:
    """Return a phone number in the form E.164, or None; raise InvalidValue if it cannot exist."""
    digits = _PUNCTUATION.sub("", text)
    if not _ONE_NUMBER.fullmatch(digits):
        raise InvalidValue(PHONE)
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException as error:
        if region is None and error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return None
        raise InvalidValue(PHONE) from error
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not (phonenumbers.is_possible_number(number) or _is_short_number(number, region)):
        raise InvalidValue(PHONE)
    return None


def _is_short_number(number: PhoneNumber, region: str | None) -> bool:
    """Return whether a number is a service that is dialled in one country only, such as 12315."""
    return region is not None and phonenumbers.is_valid_short_number_for_region(number, region)

"""E-mail addresses and phone numbers, as people in several countries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.customers.customer.contacts import parse_email, parse_phone, phone_tokens

_HINT = r"^This is not a phone number\. Give one .*\+86 21 5555 0100.*ext\. 8008\.$"


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("138 0013 8000", "CN", "+8613800138000"),
        ("+86 138-0013-8000", "DE", "+8613800138000"),
        ("0086 21 5555 0100", "CN", "+862155550100"),
        ("(021) 55550100", "CN", "+862155550100"),
        ("+86 0512 5555 0100", "CN", "+8651255550100"),
        ("８６２１５５５５０１００", "CN", "+862155550100"),
        ("400-810-8888", "CN", "+864008108888"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("030 123456", "DE", "+4930123456"),
        ("+49 (0)30 123456", "CN", "+4930123456"),
        ("030 901820-45", "DE", "+493090182045"),
        ("030/123456", "DE", "+4930123456"),
        ("+49 (0)33054/123456", "CN", "+4933054123456"),
        ("(+86) 138.0013.8000", "DE", "+8613800138000"),
        ("\u202d138 0013\u00a08000\u202c", "CN", "+8613800138000"),
        ("［021］5555－0100", "CN", "+862155550100"),
        ("+44 20 7946 0958", "AQ", "+442079460958"),
    ],
)
def test_a_phone_number_is_written_in_e164_by_the_rules_of_its_country(
    text: str, country: str, e164: str
) -> None:
    assert parse_phone(text, country) == e164
    assert parse_phone(e164, "US") == e164


@pytest.mark.parametrize(
    "text",
    [
        "021-55550100转8008",
        "021-55550100 转：8008",
        "021-55550100 分机 8008",
        "021-55550100-8008",
        "021-55550100 – 80008",
        "021-55550100 轉12",
        "021-55550100 分机号 12",
        "021-55550100分機：12",
        "021-55550100内线12",
        "021-55550100內線 12",
        "021-55550100（转8008）",
        "021 5555 0100 ext. 8008",
        "021 5555 0100, Ext 8008",
        "021 5555 0100 EXTN: 8008",
        "021 5555 0100 (extension 8008)",
        "021-5555-0100;ext=12",
        "021 5555 0100 x1234567",
        "02155550100#8008",
        "02155550100 #8008#",
    ],
)
def test_an_extension_is_left_out(text: str) -> None:
    assert parse_phone(text, "CN") == "+862155550100"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("12315", "CN"),
        ("95588", "CN"),
        ("110", "CN"),
        ("911", "US"),
        ("112", "DE"),
        ("5555 0100", "CN"),
        ("99999", "CN"),
        ("555-0100", "US"),
        ("1", "CN"),
        ("8008", "CN"),
        (" 12 ", "AQ"),
        ("0123 456789", "AQ"),
    ],
)
def test_a_short_or_local_number_and_one_of_an_unknown_plan_have_no_e164(
    text: str, country: str
) -> None:
    assert parse_phone(text, country) is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("none", "CN"),
        ("-5", "CN"),
        ("1 2", "CN"),
        ("+86", "CN"),
        ("999999999999999999", "CN"),
        ("021-55550100-123456", "CN"),
        ("none", "AQ"),
        ("+999 1234567", "CN"),
    ],
)
def test_a_number_that_cannot_exist_is_refused_with_a_hint(text: str, country: str) -> None:
    with pytest.raises(ValueError, match=_HINT):
        parse_phone(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("138 0013 8OOO", "CN"),
        ("138 0013 8OOO 转8008", "CN"),
        ("1-800-FLOWERS", "US"),
        ("138xxxx8000", "CN"),
        ("138****8000", "CN"),
        ("1.38E+10", "CN"),
    ],
)
def test_letters_and_masked_digits_are_never_taken_for_digits(text: str, country: str) -> None:
    with pytest.raises(ValueError, match=_HINT):
        parse_phone(text, country)


@pytest.mark.parametrize(
    "separator",
    [";", "; ", "/", "／", " / ", ",", "、", "或", " or ", "\n", "|", "转", " ext. ", "-"],
)
@pytest.mark.parametrize(
    ("first", "second"), [("13800138000", "13900139000"), ("020-88888888", "020-99999999")]
)
def test_two_numbers_in_one_field_are_refused(first: str, separator: str, second: str) -> None:
    with pytest.raises(ValueError, match=_HINT):
        parse_phone(f"{first}{separator}{second}", "CN")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("12315/12345", "CN"),
        ("12315\n12345", "CN"),
        ("5550100/5550101", "DE"),
        ("030 901820/45", "DE"),
        ("+49 30 901820/45", "DE"),
        ("021-55550100~02", "CN"),
    ],
)
def test_two_short_numbers_and_ranges_of_numbers_are_not_read_as_one(
    text: str, country: str
) -> None:
    with pytest.raises(ValueError, match=_HINT):
        parse_phone(text, country)


@pytest.mark.parametrize(
    "text",
    [
        "微信 13800138000",
        "CALL 13800138000",
        "tel:+86-138-0013-8000",
        "13800138000（王）",
        "13800138000 王强",
        "13800138000转人事部",
        "+86 +86 13800138000",
        "13800138000(+86)",
        "转8008",
    ],
)
def test_a_number_with_a_label_or_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=_HINT):
        parse_phone(text, "CN")


@given(st.text(max_size=50), st.sampled_from(["CN", "US", "DE", "AQ"]))
def test_any_text_is_refused_or_has_an_e164_that_stays(text: str, country: str) -> None:
    try:
        e164 = parse_phone(text, country)
    except ValueError:
        return
    assert e164 is None or (parse_phone(e164, country) == e164 and len(e164) <= 16)


def test_a_phone_number_is_found_by_its_digits_with_and_without_the_country_code() -> None:
    assert phone_tokens("+862155550100") == {"862155550100", "02155550100"}
    assert phone_tokens("+12125550100") == {"12125550100", "2125550100"}


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Buyer.A+1@Example.COM", "Buyer.A+1@example.com"),
        ("caigou@huadong-jiadian.example", "caigou@huadong-jiadian.example"),
        ("root@mail.test", "root@mail.test"),
        ("root@Mail.Local", "root@mail.local"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
        ("张三@例子.广告", "张三@例子.广告"),
        ("a@xn--fsqu00a.xn--4rr70v", "a@例子.广告"),
        ("e\u0301@x.de", "\u00e9@x.de"),
    ],
)
def test_an_email_address_is_stored_in_a_form_that_names_the_same_mailbox(
    text: str, stored: str
) -> None:
    assert parse_email(text) == stored
    assert parse_email(stored) == stored


@pytest.mark.parametrize(
    "text",
    [
        "buyer",
        "a@b",
        "a@test",
        "a@example",
        "a@local",
        "a@localhost",
        "a@x.localhost",
        "a@x.invalid",
        "a@x.onion",
        "x" * 65 + "@example.com",
        "a@x..com",
        "Buyer <b@x.com>",
        "a@x.com;b@x.com",
        "a b@x.com",
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_email_address_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(
        ValueError,
        match=r"^This is not an e-mail address\. Give one .*buyer@example\.com",
    ):
        parse_email(text)

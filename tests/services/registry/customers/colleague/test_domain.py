"""Rules of colleagues: whom a text names, and to whom customers can be assigned."""

import pytest

from services.registry.customers.colleague.domain import (
    ColleagueKind,
    Known,
    Reference,
    parse_id,
    reference,
    refusals,
    search_name,
)
from services.registry.customers.colleague.problems import AMBIGUOUS_NAME
from shared.errors import InvalidValue
from shared.faults import INACTIVE_USER, UNKNOWN_TEAM, UNKNOWN_USER

ID = "0199a7c0-0000-7000-8000-00000000000a"
OTHER_ID = "0199a7c0-0000-7000-8000-00000000000b"
USER, TEAM = ColleagueKind.USER, ColleagueKind.TEAM


@pytest.mark.parametrize("text", [ID, ID.upper(), f"{{{ID}}}", ID.replace("-", "")])
def test_an_id_has_one_form(text: str) -> None:
    assert parse_id(USER, text) == ID


@pytest.mark.parametrize(("kind", "code"), [(USER, "unknown_user"), (TEAM, "unknown_team")])
def test_a_name_instead_of_an_id_is_refused_with_advice(kind: ColleagueKind, code: str) -> None:
    with pytest.raises(InvalidValue, match=f"GET /v1/{kind}s") as refused:
        parse_id(kind, "li.na")
    assert refused.value.fault.code == code


def test_an_id_names_the_colleague_of_its_kind_and_stays_if_nobody_has_it() -> None:
    known = [Known(ID, USER, "Li Na"), Known(OTHER_ID, TEAM, "East")]
    assert reference(USER, ID.upper(), known) == Reference(ID)
    assert reference(TEAM, OTHER_ID, known) == Reference(OTHER_ID)
    assert reference(TEAM, ID, known) == Reference(ID, UNKNOWN_TEAM)
    assert reference(USER, OTHER_ID, known) == Reference(OTHER_ID, UNKNOWN_USER)


@pytest.mark.parametrize("text", ["Li Na", "li na", "LI NA", "Ｌｉ Ｎａ"])
def test_a_name_in_any_case_and_width_names_the_only_colleague_who_has_it(text: str) -> None:
    known = [Known(ID, USER, "Li Na"), Known(OTHER_ID, TEAM, "Li Na")]
    assert reference(USER, text, known) == Reference(ID)
    assert reference(TEAM, text, known) == Reference(OTHER_ID)
    assert reference(USER, f"{text}.", known) == Reference(None, UNKNOWN_USER)


def test_a_name_of_several_colleagues_names_nobody_unless_one_has_exactly_this_name() -> None:
    known = [Known(ID, USER, "Li Na"), Known(OTHER_ID, USER, "LI NA")]
    assert reference(USER, "li na", known) == Reference(None, AMBIGUOUS_NAME)
    assert reference(USER, "LI NA", known) == Reference(OTHER_ID)
    same = [Known(ID, USER, "Li Na"), Known(OTHER_ID, USER, "Li Na", is_active=False)]
    assert reference(USER, "Li Na", same) == Reference(None, AMBIGUOUS_NAME)


def test_search_names_are_folded_and_of_limited_length() -> None:
    assert search_name("Ｓtraße") == "strasse"
    assert search_name("ﷺ" * 200) == ("صلى الله عليه وسلم" * 20)[:200]


def test_a_customer_stays_with_an_inactive_or_unknown_colleague_and_gets_none() -> None:
    inactive = reference(USER, ID, [Known(ID, USER, "Li Na", is_active=False)])
    unknown = Reference(OTHER_ID, UNKNOWN_TEAM)
    assert inactive == Reference(ID, INACTIVE_USER)
    references = {"owner": inactive, "team": unknown}
    assert refusals(references, {"owner": ID, "team": OTHER_ID}) == []
    found = refusals(references, {"owner": OTHER_ID, "team": None})
    assert [(each.pointer, each.code) for each in found] == [
        ("owner", "inactive_user"),
        ("team", "unknown_team"),
    ]
    assert [each.pointer for each in refusals(references, {})] == ["owner", "team"]


def test_a_text_that_names_nobody_is_refused_for_a_customer_without_owner_too() -> None:
    references = {"owner": Reference(None, AMBIGUOUS_NAME)}
    (fault,) = refusals(references, {"owner": None})
    assert fault.code == "ambiguous_name"


def test_the_user_and_team_of_the_caller_need_not_be_known_but_active() -> None:
    references = {"owner": Reference(ID, UNKNOWN_USER), "team": Reference(OTHER_ID, UNKNOWN_TEAM)}
    assert refusals(references, {}, trusted=[ID, OTHER_ID]) == []
    (fault,) = refusals({"owner": Reference(ID, INACTIVE_USER)}, {}, trusted=[ID])
    assert fault.code == "inactive_user"

"""Tests of the catalogue of errors: its entries, and the declarations that it refuses."""

import sys
from types import ModuleType

import pytest

import shared
from shared.catalogue import FaultCode, Texts
from shared.errors import Conflict, Fault, InvalidValue, Problem
from shared.faults import NUL, OUT_OF_RANGE, TOO_LONG
from shared.http.catalogue import declared_entries, merged_entries

SAMPLE = Texts("Give {max}.", "{max}")


def test_the_entry_of_a_problem_has_its_status_and_that_of_a_fault_its_parameters() -> None:
    by_key = {(one["kind"], one["code"]): one for one in declared_entries(shared)}
    assert by_key["problem", "stale"]["status"] == 412
    assert by_key["problem", "too_large"]["status"] == 413
    assert by_key["fault", "too_long"] == {
        "code": "too_long",
        "kind": "fault",
        "status": None,
        "title": {"en": "This is too long.", "zh": "内容过长。"},
        "advice": {"en": TOO_LONG.advice.en, "zh": TOO_LONG.advice.zh},
        "params": ["max"],
    }


def test_problems_come_first_and_each_kind_is_sorted_by_code() -> None:
    keys = [(one["kind"] == "fault", one["code"]) for one in declared_entries(shared)]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def test_only_the_declarations_of_a_package_itself_are_its_entries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A module with problems imports the class from which they are derived."""
    codes = [one["code"] for one in declared_entries(package(monkeypatch, own_problem()))]
    assert codes == ["own", "nul"]


def own_problem() -> type[Problem]:
    """Return a new class of problems."""
    texts = Texts("a", "b")
    return type(
        "Own",
        (Conflict,),
        {"code": "own", "title": texts, "advice": texts, "__module__": "sample.problems"},
    )


def package(monkeypatch: pytest.MonkeyPatch, problem: type[Problem]) -> ModuleType:
    """Return a package with a module `problems` that has and imports problems."""
    found = ModuleType("sample")
    module = ModuleType("sample.problems")
    vars(module).update(Own=problem, Conflict=Conflict, NUL=NUL)
    monkeypatch.setitem(sys.modules, "sample", found)
    monkeypatch.setitem(sys.modules, "sample.problems", module)
    monkeypatch.setattr("shared.http.catalogue.module_names", lambda *_: ["sample.problems"])
    return found


def test_an_entry_may_be_found_twice_but_not_in_two_versions() -> None:
    (entry, *others) = declared_entries(shared)
    assert merged_entries([entry, *others, entry]) == [entry, *others]
    with pytest.raises(ValueError, match=f"The problem {entry['code']} is declared in two ways"):
        merged_entries([entry, entry | {"status": 499}])


def test_a_problem_without_a_code_or_texts_of_its_own_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match=r"Own does not declare \['advice', 'code', 'title'\]"):
        type("Own", (Conflict,), {})


def test_a_text_with_an_undeclared_parameter_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="own does not declare"):
        FaultCode("own", SAMPLE, SAMPLE)


def test_a_fault_has_exactly_the_parameters_that_its_code_declares() -> None:
    assert Fault("/a", TOO_LONG, max=5).params == {"max": 5}
    with pytest.raises(TypeError, match="too_long has the parameters"):
        Fault("/a", TOO_LONG)
    with pytest.raises(TypeError, match="nul has the parameters"):
        InvalidValue(NUL, max=5)


def test_a_fault_without_a_parameter_that_applies_has_null() -> None:
    fault = Fault("/a", OUT_OF_RANGE, "At least {min}.", min=1, max=None)
    assert (fault.params, fault.message) == ({"min": 1, "max": None}, "At least 1.")

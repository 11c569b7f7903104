"""Tests of the quota of uploads."""

import pytest
import time_machine

from services.gateway.proxy.problems import QuotaReached
from services.gateway.proxy.quota import HOUR, Allowance, Quota


def test_each_caller_has_a_quota_that_is_renewed_after_an_hour() -> None:
    quota = Quota(100, at_once=1, total_at_once=2)
    with time_machine.travel(0, tick=False) as clock:
        quota.counter("a")(100)
        quota.counter("b")(100)
        with pytest.raises(QuotaReached) as refused:
            quota.counter("a")(1)
        assert refused.value.headers["Retry-After"] == "3600"
        clock.shift(HOUR)
        quota.counter("a")(100)


def test_a_content_length_above_the_quota_is_refused_and_a_smaller_one_is_not_counted() -> None:
    quota = Quota(100, at_once=1, total_at_once=2)
    quota.check("a", 100)
    quota.check("a", None)
    with pytest.raises(QuotaReached):
        quota.check("a", 101)
    quota.counter("a")(100)


def test_simultaneous_uploads_are_limited_for_each_key_and_for_all_keys_together() -> None:
    quota = Quota(100, at_once=2, total_at_once=3)
    with quota.sending("a"), quota.sending("a"):
        with pytest.raises(QuotaReached) as refused, quota.sending("a"):
            pass
        assert refused.value.headers["Retry-After"] == "5"
        with quota.sending("b"), pytest.raises(QuotaReached), quota.sending("c"):
            pass
        with quota.sending("c"):
            pass
    with quota.sending("a"), quota.sending("a"):
        pass


def test_an_upload_that_breaks_off_is_not_counted_as_running() -> None:
    quota = Quota(100, at_once=1, total_at_once=1)
    for _ in range(3):
        with pytest.raises(ConnectionError), quota.sending("a"):
            raise ConnectionError


def test_an_allowance_states_what_is_left_of_the_hour_and_of_the_files_at_once() -> None:
    quota = Quota(100, at_once=2, total_at_once=3)
    with time_machine.travel(0, tick=False):
        assert quota.allowance("a") == Allowance(100, 100, None, 2, 2)
        quota.counter("a")(30)
        with quota.sending("a"), quota.sending("b"):
            assert quota.allowance("a") == Allowance(100, 70, HOUR, 2, 1)
            assert quota.allowance("a", ending=1).files_left == 2
            assert quota.allowance("c").files_left == 1
        with pytest.raises(QuotaReached):
            quota.counter("a")(71)
        assert quota.allowance("a").bytes_left == 0


def test_the_headers_of_an_allowance_have_the_form_of_the_internet_draft() -> None:
    with time_machine.travel(0, tick=False):
        assert Allowance(100, 70, 60.0, 2, 1).headers() == {
            "RateLimit-Policy": '"upload-bytes";q=100;qu="content-bytes";w=3600, '
            '"uploads-at-once";q=2;qu="concurrent-requests"',
            "RateLimit": '"upload-bytes";r=70;t=60, "uploads-at-once";r=1',
        }
    assert Allowance(100, 100, None, 2, 2).headers()["RateLimit"] == (
        '"upload-bytes";r=100, "uploads-at-once";r=2'
    )

"""A caller's bytes of files are counted by the hour."""

import pytest

from services.gateway.proxy.problems import QuotaReached
from services.gateway.proxy.quota import HOUR, Quota


def test_the_quota_is_a_callers_own_and_comes_back_after_an_hour() -> None:
    clock = [0.0]
    quota = Quota(100, clock=lambda: clock[0])
    quota.counter("a")(100)
    quota.counter("b")(100)
    with pytest.raises(QuotaReached) as refused:
        quota.counter("a")(1)
    assert refused.value.headers["Retry-After"] == "3600"
    clock[0] = HOUR
    quota.counter("a")(100)


def test_what_is_announced_counts_before_it_is_sent_and_not_twice() -> None:
    quota = Quota(100, clock=lambda: 0.0)
    quota.check("a", 100)
    quota.check("a", None)
    with pytest.raises(QuotaReached):
        quota.check("a", 101)
    quota.counter("a")(100)

"""The error responses that only the gateway sends."""

from shared.errors import Problem


class TooSlow(Problem):
    """The caller did not send the request in time."""

    status, code, title = 408, "too_slow", "The request did not arrive in time."


class QuotaReached(Problem):
    """The caller has used up the quota of uploads of this hour, or sends too many files at once."""

    status, code, title = 429, "quota_reached", "The quota of this key is used up for now."


class HeadersTooLarge(Problem):
    """The headers of a request are larger than the limit."""

    status, code, title = 431, "headers_too_large", "The headers are too large."


class BadGateway(Problem):
    """A service closed the connection early or sent invalid HTTP."""

    status, code, title = 502, "bad_gateway", "The service broke off; try again."


class GatewayTimeout(Problem):
    """A service did not answer in time."""

    status, code, title = 504, "gateway_timeout", "The service did not answer in time."

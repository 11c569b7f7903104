"""The event handlers of the gateway's worker, which also publishes events."""

from collections.abc import Mapping

from services.gateway.settings import Settings
from services.gateway.user import handlers as user
from shared.merging import merge_disjoint
from shared.messaging.consumer import Handler


def handlers(settings: Settings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the gateway consumes."""
    return merge_disjoint(user.handlers(settings))

"""The internal names of the product that the campaign uses: services, topics and consumers."""

SERVICES = ("gateway", "registry", "survey", "scoring")
APIS = tuple(f"{service}-api" for service in SERVICES)
WORKERS = tuple(f"{service}-worker" for service in SERVICES)

CUSTOMERS = "patron.registry.customer.events.v1"
CUSTOMER_STATES = "patron.registry.customer.state.v1"
ORDERS = "patron.registry.order.events.v1"
SURVEYS = "patron.survey.survey.events.v1"
RESPONSES = "patron.survey.response.events.v1"
INDICES = "patron.scoring.index.events.v1"
SCORE_STATES = "patron.scoring.score.state.v1"

CONSUMED = {
    "registry": (SCORE_STATES,),
    "survey": (CUSTOMER_STATES,),
    "scoring": (CUSTOMER_STATES, ORDERS, SURVEYS, RESPONSES),
}
"""The topics that each service consumes; its consumer group has the name of the service."""

WITHOUT_GAPS = frozenset({CUSTOMERS, ORDERS, RESPONSES, INDICES})
"""Topics on which each key has the versions 1, 2, 3 ...; elsewhere versions may be skipped."""

RELAY_LOCK = b"registry.relay"

STATE_SUFFIX = ".state.v1"
DEAD_LETTERS_SUFFIX = ".dead-letters.v1"
FORGED = "patron_test_forged"
"""The header of records that the campaign forged; they must have no effect."""

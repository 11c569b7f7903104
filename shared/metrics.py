"""The Prometheus metrics of a process; `shared/backlog.py` has those of the outbox.

A counter of which an alert watches a label exists from the start of the process at 0: Prometheus
sees an increase only between two values. The requests by route and status do not: their labels are
known with the first request.
"""

from prometheus_client import Counter, Gauge, Histogram

OUTCOMES = ("applied", "ignored", "dead")
"""What happens to a consumed record; `dead` is written as a dead letter."""

REQUESTS = Counter(
    "patron_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "patron_http_request_seconds",
    "Time from request to answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CONSUMER_LAG = Gauge(
    "patron_consumer_lag_records",
    "Records not yet read in the partitions assigned to this worker; absent while unknown.",
    ["service"],
)
CONSUMED = Counter(
    "patron_consumed_total",
    "Events read, by outcome: applied, ignored, or dead (written as a dead letter).",
    ["service", "outcome"],
)
LOOP_WAITING = Gauge(
    "patron_loop_waiting_seconds",
    "For how long a loop of a worker has been waiting for the database or Kafka; 0 if it is not.",
    ["service", "loop"],
)
JOBS = Counter(
    "patron_jobs_total", "Jobs ended, by kind, lane and state.", ["kind", "lane", "state"]
)
JOBS_RUNNING = Gauge("patron_jobs_running", "Jobs that this worker runs now.", ["kind", "lane"])
JOB_LINES = Counter("patron_job_lines_total", "Lines that jobs have processed.", ["kind"])


def start_consumed(service: str) -> None:
    """Export the consumed events of a service at 0, for every outcome."""
    for outcome in OUTCOMES:
        CONSUMED.labels(service, outcome)

"""The Prometheus metrics of a process."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "patron_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "patron_http_request_seconds",
    "Time from request to answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
OUTBOX_AGE = Gauge("patron_outbox_age_seconds", "Age of the oldest unpublished event.", ["service"])
CONSUMER_LAG = Gauge("patron_consumer_lag_records", "Records not yet read.", ["service"])
CONSUMED = Counter(
    "patron_consumed_total",
    "Events read, by outcome: applied, ignored, or dead (written as a dead letter).",
    ["service", "outcome"],
)
JOBS = Counter(
    "patron_jobs_total", "Jobs ended, by kind, lane and state.", ["kind", "lane", "state"]
)
JOB_LINES = Counter("patron_job_lines_total", "Lines that jobs have processed.", ["kind"])

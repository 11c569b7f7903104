"""The score that the scoring service publishes about each customer, copied for lists."""

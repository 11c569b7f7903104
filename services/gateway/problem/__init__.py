"""The catalogue of errors (GET /v1/problems), for front ends that explain errors."""

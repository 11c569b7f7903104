"""The gateway in front of the services: it authenticates callers and forwards their requests.

The gateway owns users, teams and API keys, the key that signs the identities of callers, the limits
of requests and the documents of the whole API. The first path segment after /v1 decides which
service answers.
"""

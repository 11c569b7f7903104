"""Questionnaires (问卷). Their questions are edited in versions; a published version is final."""

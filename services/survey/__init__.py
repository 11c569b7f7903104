"""Owns questionnaires, surveys with their waves, and the answers (满意度调研).

Publishes survey.published, survey.closed, response.submitted, and the states of surveys and of
open answers.
Listens to the states of customers.
"""

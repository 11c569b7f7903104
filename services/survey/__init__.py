"""The survey service (满意度调研): questionnaires, surveys with waves, invitations, responses."""

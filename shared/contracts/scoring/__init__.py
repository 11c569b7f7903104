"""Events that the scoring service publishes: about scores, and about satisfaction indices."""

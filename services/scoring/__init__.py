"""The scoring service: facts, value models, scores, classes, rungs and satisfaction indices."""

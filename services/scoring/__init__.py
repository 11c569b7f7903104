"""Owns facts, value models, scores, classes, rungs and satisfaction indices.

Publishes score.changed, class.changed, rung.changed and index.estimated, and the state of each
score. Listens to customers and orders of the registry, and to surveys and responses.
"""

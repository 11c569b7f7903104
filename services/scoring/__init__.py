"""The scoring service: it computes figures about customers from the events of registry and survey.

The figures are scores, ABC classes, rungs of the loyalty ladder, and satisfaction indices.
"""

"""Value models (评价模型): the weights and limits for scores, stored as data with versions."""

"""Events that scoring publishes, one module per noun."""

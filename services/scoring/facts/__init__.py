"""What happened: facts, and the projections and rates that they are read with."""

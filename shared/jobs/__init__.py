"""Long work: one worker at a time, resumed after its death, with progress, cancellable."""

"""Facts (事实): what happened, append-only; everything else here is computed from them."""

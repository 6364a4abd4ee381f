"""Tools beside the core: they use it, never the other way."""

"""Django looks here by this name."""

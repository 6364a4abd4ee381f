"""The versions of the tables as Django migrations."""

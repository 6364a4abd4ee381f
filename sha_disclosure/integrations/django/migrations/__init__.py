"""The versions of the tables, in Django's form."""

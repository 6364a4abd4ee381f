"""What the law asks (703/2023): the rules of a notice, its grounds, the reasons of a search."""

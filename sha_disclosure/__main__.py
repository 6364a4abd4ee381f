"""Runs the command as ``python -m sha_disclosure``."""

from sha_disclosure.cli import main

if __name__ == "__main__":
    main()

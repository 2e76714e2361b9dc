"""``python -m engine.cli`` is the command ``routes``."""

from engine.cli.app import main

main()

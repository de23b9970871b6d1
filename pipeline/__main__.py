"""`python -m pipeline` is the command `geowire`."""

from pipeline.cli.main import main

main()

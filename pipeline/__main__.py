"""`python -m pipeline` is the command `geowire`."""

from pipeline.cli.main import main

if __name__ == "__main__":  # NLP processes import this module too
    main()

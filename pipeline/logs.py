"""What a service tells on standard error while it runs: `worker`, `feed poll`, `run`."""

import logging
import sys

from pipeline.settings import Settings

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CHATTY = ("faust", "mode", "kafka", "aiokafka", "elastic_transport", "pipeline.broker.driver")


def to_stderr(settings: Settings) -> None:
    """Our own lines, and of the libraries what is worth a look; with DEBUG everything."""
    logging.basicConfig(level=settings.log_level, stream=sys.stderr, format=FORM)
    if settings.log_level == "INFO":
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)

"""The command `geowire`, and `python -m pipeline`; Ctrl-C ends it with a sentence while its parts still load, too."""

import os
import signal
from types import FrameType
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else it is ignored, as behind `nohup`
    if ours:
        signal.signal(signal.SIGINT, _stop)
    from pipeline.cli.main import main as run

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """An exception would come up anywhere within the imports, and some of them would swallow it."""
    os.write(2, b"geowire: stopped before it had begun\n")
    os._exit(130)


if __name__ == "__main__":  # NLP processes import this module too
    main()

"""The command `geowire`: mounts the commands and turns errors into sentences and exit codes.

0 done · 1 failed · 2 wrong use · 3 a server is unavailable · 4 misconfigured · 130 stopped by Ctrl-C
"""

import os
import sys
from typing import NoReturn

import typer

from pipeline import __version__
from pipeline.cli import (
    dead,
    delete,
    doctor,
    evaluate,
    explain,
    extract,
    feed,
    key,
    output,
    publish,
    search,
    serve,
    status,
    worker,
)
from pipeline.errors import (
    EXIT_FAILED,
    EXIT_MISCONFIGURED,
    EXIT_UNAVAILABLE,
    EXIT_USE,
    GeowireError,
    Misconfigured,
    QueryError,
    Unavailable,
)

app = typer.Typer(
    name="geowire",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="News in, a searchable archive out: who, where, when and what happened.",
)


def _version(show: bool) -> None:
    if show:
        print(f"geowire {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    pass


app.command()(serve.demo)
app.command()(publish.publish)
app.command(context_settings={"ignore_unknown_options": True})(search.search)  # a query may begin with `-oil`
app.command()(search.show)
app.command()(delete.delete)
app.command()(explain.explain)
app.command()(extract.extract)
app.command()(status.status)
app.command()(serve.run)
app.command()(worker.worker)
app.command()(serve.serve)
app.command()(worker.init)
app.command()(doctor.doctor)
app.add_typer(feed.app, name="feed")
app.command(name="eval")(evaluate.evaluate)
app.add_typer(dead.app, name="dead")
app.add_typer(key.app, name="key")


def main() -> NoReturn:
    """Run the command line; every error ends in one sentence and its exit code, never in a traceback."""
    try:
        app()
    except QueryError as exc:
        output.query_error(exc)
        code = EXIT_USE
    except Unavailable as exc:
        output.error(str(exc))
        code = EXIT_UNAVAILABLE
    except Misconfigured as exc:
        output.error(str(exc))
        code = EXIT_MISCONFIGURED
    except GeowireError as exc:
        output.error(str(exc))
        code = EXIT_FAILED
    except KeyboardInterrupt:
        output.error("stopped by Ctrl-C")
        code = 130
    except BrokenPipeError:  # `geowire search … | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as exc:  # a file that can't be written, a full disk, too many open files
        output.error(f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc))
        code = EXIT_FAILED
    sys.exit(code)


if __name__ == "__main__":
    main()

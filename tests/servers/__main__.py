"""`python -m tests.servers`: the servers by hand, until Ctrl-C; prints what geowire needs in its environment."""

import argparse
import signal
import sys
from contextlib import ExitStack

from tests.servers.elasticsearch import start_elasticsearch
from tests.servers.kafka import start_kafka
from tests.servers.process import ServerError, ServerProcess
from tests.servers.toolchain import UnavailableError, cache_folder, elasticsearch_zip, kafka_jars, pinned

KINDS = ("kafka", "elasticsearch")
PORTS = {"kafka": 9092, "elasticsearch": 9200}
VARIABLES = {"kafka": "GEOWIRE_BROKER", "elasticsearch": "GEOWIRE_INDEX"}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="kafka|elasticsearch", help="default: both")
    parser.add_argument("--fetch", action="store_true", help="only fetch their files into the cache")
    parser.add_argument("--es-version", default=pinned("elasticsearch"), help="default: %(default)s")
    parser.add_argument("--heap", help="memory of Elasticsearch for measurements, as 1g; small and slower without it")
    options = parser.parse_args(arguments)
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"not a server: {', '.join(sorted(unknown))}")
    return options


def fetch(kinds: list[str], version: str) -> None:
    """Fill the cache."""
    if "kafka" in kinds:
        kafka_jars()
    if "elasticsearch" in kinds:
        elasticsearch_zip(version)
    print(f"fetched into {cache_folder()}", file=sys.stderr)


def serve(kinds: list[str], version: str, heap: str | None) -> None:
    """Start them, print their addresses, and wait for a signal."""
    with ExitStack() as servers:
        for kind in kinds:
            print(f"starting {kind} ...", file=sys.stderr)
            port = PORTS[kind]
            if kind == "kafka":
                server: ServerProcess = start_kafka(port=port)
            else:
                server = start_elasticsearch(version, port=port, heap=heap)
            servers.enter_context(server)
            print(f"export {VARIABLES[kind]}={server.url}", flush=True)
        print("running with empty data; Ctrl-C stops them and deletes it", file=sys.stderr)
        signal.pause()


def main() -> int:
    """Exit code 0 after a signal, 1 if a server cannot be had or does not start."""
    options = parse()
    kinds = options.kinds or list(KINDS)
    for number in (signal.SIGINT, signal.SIGTERM):  # both as Ctrl-C; a shell starts background jobs with it ignored
        signal.signal(number, signal.default_int_handler)
    try:
        if options.fetch:
            fetch(kinds, options.es_version)
        else:
            serve(kinds, options.es_version, options.heap)
    except (UnavailableError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

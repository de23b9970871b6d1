"""A Faust app over one topic: writes each message to a file, then acknowledges it, as pipeline/app.py does.

python -m tests.broker.consumer TOPIC GROUP FILE [SECONDS to hold a batch before its acknowledgement] [HOLD from here]
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import faust

from pipeline import settings as configuration
from pipeline.broker import open_broker
from pipeline.broker.faust_options import faust_options

BATCH = 10


def main(topic: str, group: str, file: str, hold: str = "0") -> None:
    """Consume until a signal."""
    settings = configuration.load()
    broker = open_broker(settings)
    partitions = broker.partitions(topic)
    if settings.embedded:
        broker.lock_worker()  # type: ignore[attr-defined]  # only the SQLite log has it
    app = faust.App(
        group,
        **faust_options(settings, Path(file).parent),
        topic_partitions=partitions,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        agent_supervisor="mode.CrashingSupervisor",
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    source = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    out = os.open(Path(file), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @app.agent(source)
    async def read(stream: Any) -> None:
        async for events in stream.noack_take(BATCH, within=0.1):
            for event in events:
                message = event.message
                line = f"{message.partition} {message.offset} {message.key.decode()} {event.value.decode()}\n"
                os.write(out, line.encode())
            os.fsync(out)
            await asyncio.sleep(float(hold))
            for event in events:
                await stream.ack(event)

    worker = faust.Worker(app, loglevel="WARNING", quiet=True, override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])

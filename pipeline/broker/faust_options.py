"""The options of the Faust app that depend on the broker; app.py adds those that do not."""

import ssl
from pathlib import Path
from typing import Any

from faust import SASLCredentials, SSLCredentials
from faust.types.auth import AuthProtocol, SASLMechanism

from pipeline.broker import MAX_MESSAGE
from pipeline.settings import Settings

BUFFER = 128  # messages of a topic that Faust keeps before it stops to fetch more of them
AT_ONCE = 16  # messages fetched at once: fewer than fit in when a buffer is nearly full (a fifth of it), for a message
# that finds its topic's buffer full holds up those of all other topics
SEND_TIMEOUT = 30.0  # seconds; Faust's own is 20 minutes, and a failed send is sent again by us


def faust_options(settings: Settings, scratch: Path) -> dict[str, Any]:
    """Keyword arguments for `faust.App`.

    The session timeout decides how long a crashed worker's partitions stand still: 8 s instead of Faust's 60 s.

    Args:
        settings: which broker, and as whom.
        scratch: a folder for Faust's tables, of which geowire has none; without it Faust makes one where the worker was
            started, which in a container can't be written.
    """
    common: dict[str, Any] = {
        "datadir": scratch,
        "broker_commit_interval": 0.5,
        "broker_max_poll_records": AT_ONCE,
        "stream_buffer_maxsize": max(BUFFER, settings.batch),  # bounds memory and what a crash delivers again
        "producer_acks": -1,
        "producer_max_request_size": MAX_MESSAGE,
        "consumer_max_fetch_size": MAX_MESSAGE,
    }
    if settings.embedded:
        return common | {"broker": settings.broker}
    options = common | {
        "broker": [f"kafka://{host}" for host in settings.bootstrap],
        "broker_session_timeout": settings.session_timeout,
        "broker_heartbeat_interval": settings.session_timeout / 4,
        "broker_request_timeout": max(SEND_TIMEOUT, settings.session_timeout),
        "producer_request_timeout": SEND_TIMEOUT,
        "producer_compression_type": "gzip",
        "consumer_metadata_max_age_ms": 5000,
        "consumer_auto_offset_reset": "earliest",
    }
    if settings.instance_id:
        options["consumer_group_instance_id"] = settings.instance_id
    if credentials := _credentials(settings):
        options["broker_credentials"] = credentials
    return options


def _credentials(settings: Settings) -> SASLCredentials | SSLCredentials | None:
    if settings.kafka_security == "PLAINTEXT":
        return None
    context = ssl.create_default_context(cafile=settings.kafka_ca or None) if "SSL" in settings.kafka_security else None
    if settings.kafka_security == "SSL":
        return SSLCredentials(context)
    credentials = SASLCredentials(
        username=settings.kafka_user,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=context,
        mechanism=SASLMechanism.SCRAM_SHA_512,
    )
    credentials.protocol = AuthProtocol[settings.kafka_security]
    return credentials

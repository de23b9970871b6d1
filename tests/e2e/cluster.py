"""Empty the real servers between tests: delete geowire's topics and indices."""

import time
import urllib.error
import urllib.request

from kafka.admin import KafkaAdminClient

from pipeline.app import TOPICS

INDICES = ("articles-v1", "versions-v1", "ledger-v1", "state-v1")


def wipe(kafka: str, elasticsearch: str) -> None:
    """Delete everything of geowire and wait until it is gone."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.removeprefix("kafka://"))
    try:
        if found := sorted(set(TOPICS) & set(admin.list_topics())):
            admin.delete_topics(found)
        deadline = time.monotonic() + 30
        while set(TOPICS) & set(admin.list_topics()):
            assert time.monotonic() < deadline, "topics are still there"
            time.sleep(0.1)
    finally:
        admin.close()
    for index in INDICES:
        request = urllib.request.Request(f"{elasticsearch}/{index}", method="DELETE")
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 404:
                raise

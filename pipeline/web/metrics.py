"""/metrics: the same account as `geowire status`, in the text format of Prometheus."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from pipeline.status import Status

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def render(status: Status) -> bytes:
    """The metrics of a status.

    They are gauges: every scrape recounts the ledger, and a deletion or a retry may lower a count.
    """
    registry = CollectorRegistry()
    inputs = Gauge("geowire_inputs", "Inputs by what became of them.", ["outcome"], registry=registry)
    for outcome, count in status.outcomes.items():
        inputs.labels(outcome).set(count)
    Gauge("geowire_pending", "Inputs without an outcome yet.", registry=registry).set(status.pending)
    Gauge("geowire_published", "Messages that ever were published.", registry=registry).set(status.published)
    lag = Gauge("geowire_lag", "Messages not yet acknowledged by the agents.", ["topic"], registry=registry)
    for topic, count in status.lag.items():
        lag.labels(topic).set(count)
    documents = Gauge("geowire_indexed_documents", "Articles in the index.", registry=registry)
    documents.set(status.indexed_documents)
    return generate_latest(registry)

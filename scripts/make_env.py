"""Print a `.env` for docker-compose.yml with random secrets; `make env` writes it, readable by its owner alone."""

import base64
import secrets
import uuid


def main() -> None:
    """One line for each secret; the cluster id has Kafka's form, 16 bytes in URL-safe base64 without padding.

    Its first byte is below 128, so that it never begins with `-` and is taken as an option by Kafka's commands.
    """
    raw = uuid.uuid4().bytes
    cluster_id = base64.urlsafe_b64encode(bytes([raw[0] & 0x7F]) + raw[1:]).decode().rstrip("=")
    print("STACK_VERSION=9.5.0")
    print("GEOWIRE_PARTITIONS=4")
    print(f"KAFKA_CLUSTER_ID={cluster_id}")
    for name in ("ELASTIC_PASSWORD", "KIBANA_PASSWORD", "KIBANA_KEY", "GEOWIRE_API_KEY"):
        print(f"{name}={secrets.token_hex(24)}")


if __name__ == "__main__":
    main()

"""Real servers for the tests: Kafka and Elasticsearch, started from Maven artifacts (docs/testing.md)."""

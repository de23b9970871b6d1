"""geowire: a streaming ingestion pipeline for news (ARCHITECTURE.md is the map)."""

__version__ = "0.1.0"

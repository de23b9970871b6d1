"""How the shipped English pipeline is made: corpora, cleaning, training, evaluation (docs/model-card.md)."""

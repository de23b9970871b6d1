"""A network layer for spaCy: what the encoder knows of each word, beside the word's own hash embedding.

The entity recogniser runs first and leaves the output of one of the encoder's layers in `doc.user_data`; tagger, parser
and lemmatizer listen to a small CNN over it. Found by spaCy by the entry point `spacy_architectures` of this package.
"""

from collections.abc import Callable, Sequence
from typing import Any

from spacy.tokens import Doc
from thinc.api import Linear, Maxout, Model, chain, concatenate, with_array

VECTORS = "geowire_vectors"  # where a document has them, one row a token
WIDTH = 384


def embed(embed: Model[Any, Any], width: int) -> Model[Any, Any]:
    """Docs in, vectors of words out: the given embedding and the encoder's vectors, mixed.

    Args:
        embed: from docs to lists of vectors, such as spaCy's MultiHashEmbed.
        width: of the result.
    """
    encoder = chain(Model("encoded", _forward), with_array(Linear(width, WIDTH)))
    return chain(concatenate(embed, encoder), with_array(Maxout(width, nP=3, normalize=True, dropout=0.0)))


def _forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[list[Any], Callable[[Any], list[Any]]]:
    """The vectors as they stand in the docs; nothing is learned here."""
    return [doc.user_data[VECTORS] for doc in docs], lambda gradient: []

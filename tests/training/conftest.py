"""What several tests of training share."""

from pipeline.enrich.pieces import Pieces


def letters() -> Pieces:
    """A vocabulary of single letters."""
    found = [chr(code) for code in range(33, 127)]
    return Pieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *found, *(f"##{letter}" for letter in found)])

"""How much alike two texts are: three words in a row, and MinHash bands by which alike texts find each other.

The resemblance of two texts is the share of their runs of three words that both have (Broder 1997, "On the resemblance
and containment of documents"). 128 minima of random permutations in 32 bands of 4 find pairs without comparing all:
two texts share a band with probability 1 - (1 - s^4)^32, which is .96 for s = .55 and .02 for s = .16.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

WORDS = 3  # of a shingle
LEAST = 20  # shingles; a shorter text says too little to be known again
BANDS, ROWS = 32, 4
_SEED = 20_260_101  # of the permutations: another one makes another index
_AT_ONCE = 4096  # shingles hashed together, which bounds memory to some megabytes


def shingles(words: Sequence[str]) -> frozenset[int]:
    """The runs of three words of a text, as 32-bit hashes.

    Args:
        words: the exact tokens of a text, in order (`text.analyse`).
    """
    runs = zip(*(words[at:] for at in range(WORDS)), strict=False)
    return frozenset(zlib.crc32(" ".join(run).encode()) for run in runs)


def resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of shingles that two texts have in common, 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def bands(found: frozenset[int]) -> tuple[str, ...]:
    """The 32 band keys of a text's shingles; none for a text of fewer than 20.

    Texts that have one key in common are worth comparing.
    """
    if len(found) < LEAST:
        return ()
    minima = _minima(sorted(found)).reshape(BANDS, ROWS)
    return tuple(f"{at:x}.{blake2b(row.tobytes(), digest_size=6).hexdigest()}" for at, row in enumerate(minima))


def _minima(hashes: Sequence[int]) -> Any:
    """The least value of each permutation (multiply-shift hashing, Dietzfelbinger et al. 1997) over all shingles."""
    import numpy as np  # a tenth of a second, which only writing an index needs

    factors, offsets = _permutations()
    least = np.full(BANDS * ROWS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for first in range(0, len(hashes), _AT_ONCE):
        part = np.array(hashes[first : first + _AT_ONCE], dtype=np.uint64)
        values = ((part[:, None] * factors + offsets) >> np.uint64(32)).astype(np.uint32)
        least = np.minimum(least, values.min(axis=0))
    return least.astype("<u4")  # the same bytes on every machine


@cache
def _permutations() -> tuple[Any, Any]:
    import numpy as np

    random = np.random.RandomState(_SEED)  # whose numbers are the same in every version of NumPy
    factors, offsets = (random.randint(0, 2**63, BANDS * ROWS, dtype=np.uint64) for _ in range(2))
    return factors * np.uint64(2) + np.uint64(1), offsets

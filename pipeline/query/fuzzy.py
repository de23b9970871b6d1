"""Spelling: whether two words are at most so many edits apart, as both engines count them."""


def is_near(word: str, other: str, edits: int) -> bool:
    """Whether at most `edits` letters are changed, added, left out or swapped with their neighbour.

    The optimal string alignment distance, as Lucene and tantivy have it: nothing is edited twice.
    """
    if abs(len(word) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, start=1):
        earlier, before, row = before, row, [at]
        for on, wanted in enumerate(other, start=1):
            cost = min(before[on] + 1, row[on - 1] + 1, before[on - 1] + (letter != wanted))
            if at > 1 and on > 1 and letter == other[on - 2] and word[at - 2] == wanted:
                cost = min(cost, earlier[on - 2] + 1)
            row.append(cost)
        if min(row) > edits and min(before) >= edits:
            return False
    return row[-1] <= edits

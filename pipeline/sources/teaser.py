"""Whether a text of a feed is the whole article, or a teaser of it that its page completes."""

import re
from functools import cache

from pipeline.sources.boilerplate import pattern
from pipeline.sources.html import strip_markup
from pipeline.sources.layout import length

FULL_WORDS = 120  # a description with fewer words counts as a teaser
FEW_WORDS = 25  # a content with fewer words does too
MAX_TEASER = 250  # words; longer ones say that they are cut
LONG_LINE = 12  # words of a line that is no signature, credit or list

_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.{3,4}\])\s*$")
_ENDS = re.compile(r"[.!?)…。！？｡։؟۔।॥።။។།]\W*$")
_NO_ENDS = re.compile(r"[\u0e00-\u0eff]")  # Thai and Lao end no sentence with a mark


def plain_text(markup: str) -> str:
    """The text of an entry's markup, without the line that content systems put under it ("The post … appeared …")."""
    text = strip_markup(markup)
    above, _, last = text.rpartition("\n")
    return above.rstrip() if above and pattern("footers").fullmatch(last.strip()) else text


def is_whole(text: str, is_content: bool = False) -> bool:
    """Whether a text looks like the whole article rather than a teaser of it.

    Args:
        text: of an entry.
        is_content: whether it stands where the whole content belongs. Some feeds put teasers there: very short ones,
            and what ends within a sentence. The last line of a long one may be a signature or a list, without an end.
    """
    size = length(text)
    if _CUT.search(text[-80:]) or _more().search(text[-80:]) or pattern("pages", "paywall").search(text[-80:]):
        return False
    if not is_content:
        return size >= FULL_WORDS
    last = text.rstrip().rpartition("\n")[2]
    may_have_no_end = size >= MAX_TEASER or (size >= FULL_WORDS and length(last) < LONG_LINE)
    return size >= FEW_WORDS and (may_have_no_end or bool(_ENDS.search(last) or _NO_ENDS.search(last[-5:])))


@cache
def _more() -> re.Pattern[str]:
    """A link to the article at the end of a text: the end of a sentence too only where it is one by itself."""
    words = pattern("more").pattern
    return re.compile(rf"(?:(?:^|[.!?…)\]]\s|\n)\W*(?:{words})\W*|(?:\b|(?<=\W))(?:{words})[^\w.!?]*)$", re.IGNORECASE)

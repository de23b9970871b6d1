"""Queries that want to break a search: 600 of them, the same ones each time. Each is to be answered or refused.

By hand: what is unbalanced, deep, long, wide, or costs an engine much within the limits of the language. By chance:
pieces of the language, control characters and other engines' syntax in any order.
"""

import random

from pipeline.query.language import FIELDS

PIECES = (
    "(", ")", '"', "“", "*", "~", "~1", "-", "AND", "OR", "NOT", ":", "..", ">=", "{", "}", "[", "]", "\\", "/", "|",
    "\x00", "\u202e", "\ud83d", "%00", "'", "' OR 1=1 --", '{"match_all":{}}', "_id:x", "a*", "é", "中", "0", "w1*",
    "9" * 50, "1e999", "2026-13-45", "~999999999", "near:", "bbox:1,2,3,4", "near:0,0~1km", "x" * 300, "?", "^2",
    "w2~2", "_exists_:x", "[* TO *]", "/.*.*.*x/", '{"script":"1"}', "${jndi:ldap://x}", "../../etc", "<script>", "\n",
)  # fmt: skip
HEAVY = (
    "(" * 3999, ")" * 3999, "a OR " * 900, "-" * 3999, '"' * 999, "*" * 4000, "a " * 200, "w1 " * 200, "a " * 10_000,
    " OR ".join(f"w{number}" for number in range(200)),
    " ".join(f"-w{number}" for number in range(200)),
    "title:(" * 20 + "a" + ")" * 20,
    "-(" * 20 + "w1" + ")" * 20,
    " ".join(f"w{number}*" for number in range(20)),
    " OR ".join(f"w{number}*" for number in range(10, 30)),
    " OR ".join(f"w{number}~2" for number in range(1000, 1010)),
    " OR ".join(f"word{number}~1" for number in range(20)),
    " ".join(f"w{number}*" for number in range(200)), " ".join(f"word{number}~2" for number in range(200)),
    '"w1 w2"~100 "w1 w3"~100 "w2 w3"~100 "w1 w4"~100', '"w0 w1 w2 w3 w4"~100', '"' + "w1 " * 190 + '"',
    " ".join('"w1 w2 w3 w4 w5"~100' for _ in range(100)),
    "same:(w0 w1 w2 w3 w4 w5 w6 w7)", 'same:("w0 w1" ("w2 w3" OR "w4 w5") w6)',
    "same:(w0 w1) same:(w2 w3) same:(w4 w5)",
    "same:(" * 20 + "a b" + ")" * 20,
    "quote:(" + " OR ".join(f"speaker:s{number}" for number in range(20)) + ")",
    "quote:(" + " ".join(f"w{number}" for number in range(20)) + ")", "quote:(-w0 -w1 -w2)",
    "quote:(" + " OR ".join(f'"w{number} w{number + 1}"' for number in range(20)) + ")",
    "event:(" + " ".join(f"(actor:A{n} OR actor:B{n})" for n in range(10)) + ")",
    "event:(type:(ASSAULT OR AID) actor:(RU OR UA OR US) target:(RU OR UA OR US) status:(happened OR planned))",
    "near:0,0~5000km " * 100, "near:0,0~5000km near:10,10~4999km near:20,20~3000km bbox:-180,-90,180,90 bbox:1,1,2,2",
    "money:>-1tn " * 100, "money:>-1tn", "killed:0.0000001..999tn", "happened:0001..9999 mentions:..",
    "mentions:1000..2999", "mentions:1000-01-02..2999-12-30", "-mentions:1000-01-02..2999-12-30", "killed:" + "9" * 300,
    "cluster:" + "x" * 3000, "x" * 4001, "similar:" + "x" * 3000, "similar:bench-1", "similar:a similar:b similar:c",
    "\x00" * 4000, "\u202e" * 2000, "\ud800", "🇺🇦 " * 900, "U." * 1999, "'s" * 1999, "é" * 4000, "中" * 180,
    "1,234," * 600, "a.b." * 900, "~" * 4000, "w*w", "*w", "*:*", "?*", "a**", "a~0", "a~99999999999", '"a b"~-1',
)  # fmt: skip


def queries(count: int = 600, seed: int = 20261124) -> list[str]:
    """The queries by hand, then as many by chance as there are to be in all."""
    rng = random.Random(seed)
    words = [*PIECES, *(f"{field}:" for field in FIELDS)]
    return [*HEAVY, *(_by_chance(rng, words) for _ in range(count - len(HEAVY)))]


def _by_chance(rng: random.Random, words: list[str]) -> str:
    return rng.choice(("", " ")).join(rng.choice(words) for _ in range(rng.randint(1, 25)))

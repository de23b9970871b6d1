"""`make docs`: write the table of docs/query-language.md anew from pipeline/query/language.toml.

With `--check` nothing is written: the exit code is 1 where the page is out of date.
"""

import sys
from pathlib import Path

from pipeline.query.language import table

PAGE = Path(__file__).parent.parent / "docs" / "query-language.md"


def main() -> int:
    """Write or check the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, fence, rest = page.partition("```query\n")
    _, end, after = rest.partition("```\n")
    made = f"{before}{fence}{table()}{end}{after}"
    if "--check" in sys.argv[1:]:
        return int(made != page)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The build hook: every wheel and every editable install has the gazetteer inside."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GazetteerHook(BuildHookInterface):  # type: ignore[misc, type-arg]  # hatchling has no types here
    """Builds pipeline/enrich/data/gazetteer.db before the package is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; `version` is `standard` or `editable`."""
        sys.path.insert(0, self.root)
        from pipeline.enrich.gazetteer_build import build

        target = build(Path(self.root) / "pipeline" / "enrich" / "data" / "gazetteer.db")
        build_data["artifacts"].append(str(target.relative_to(self.root)))

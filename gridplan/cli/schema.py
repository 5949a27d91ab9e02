"""``gridplan schema``: the JSON schema of a study file, for editors."""

from __future__ import annotations

from gridplan.cli.console import command
from gridplan.cli.reply import Reply


@command("schema")
def schema() -> Reply:
    """Print the JSON schema of a study file.

    With `gridplan schema > study.schema.json` and the first line `# yaml-language-server: $schema=study.schema.json`
    in a study, editors complete keys and show units and defaults.
    """
    import json

    from gridplan.study.schema_json import study_json_schema

    found = study_json_schema()
    return Reply(data=found, lines=[json.dumps(found, indent=2, ensure_ascii=False)])

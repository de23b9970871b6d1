"""`geowire key add|list|remove`: who may read, publish or change over HTTP."""

from typing import Annotated

import typer

from pipeline import keys
from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data

app = typer.Typer(no_args_is_help=True, help="API keys, stored as hashes: add, list, remove.")
Name = Annotated[str, typer.Argument(help="The key's name, for you.")]


@app.command("add")
def add(
    name: Name,
    role: Annotated[keys.Role, typer.Option("--role", help="read, publish, or admin (everything).")] = "publish",
    data: Data = None,
) -> None:
    """Make a key and print it, this once; only its hash is kept. A first key of the role read closes reading, too."""
    path = configuration.load({"data": data}).api_keys_path
    token = keys.add(path, name, role)
    print(token)
    output.note(f"{name} may {role}; the key is not shown again")


@app.command("list")
def list_keys(as_json: AsJson = False, data: Data = None) -> None:
    """List the keys by name; the keys themselves are not kept."""
    found = keys.load(configuration.load({"data": data}).api_keys_path)
    if as_json:
        output.data([key.model_dump(mode="json", exclude={"sha256"}) for key in found])
        return
    output.table(["name", "role", "created"], [[key.name, key.role, f"{key.created_at:%Y-%m-%d}"] for key in found])


@app.command("remove")
def remove(name: Name, data: Data = None) -> None:
    """Take a key away, at once."""
    keys.remove(configuration.load({"data": data}).api_keys_path, name)

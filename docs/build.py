"""Writes the tables of README.md from the code, and checks that they are up to date; prose is written by hand.

python -m docs.build            write them
python -m docs.build --check    fail if they differ from the code
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bot.chat.commands import COMMANDS
from bot.settings import LATER, Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
ROOMS = ("verbs", "preview", "chat", "service", "feeds", "store", "seeds", "core")


def commands_table() -> str:
    """Tabulate the bot's commands from its command table."""
    rows = ["| command | what it does |", "|---|---|"]
    for command in COMMANDS:
        name = f"/{command.name} {command.arguments}".strip()
        who = " (in groups: administrators)" if command.changes else " (operators)" if command.operators else ""
        rows.append(f"| `{name}` | {command.help}{who} |")
    return "\n".join(rows)


def settings_table() -> str:
    """Tabulate the settings from their definitions."""
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        later = isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("later")
        meaning = f"{field.description}" + (f" ({LATER})" if later else "")
        rows.append(f"| `{name.upper()}` | {meaning} | {_shown(field.default)} |")
    return "\n".join(rows)


def house_map() -> str:
    """List the rooms and files with the first sentence each says of itself."""
    lines = []
    for room in ("", *ROOMS):
        folder = ROOT / "bot" / room
        lines += [f"bot/{room}/"] if room else []
        for file in sorted(folder.glob("*.py")):
            said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
            if said:
                indent = "  " if room else ""
                path = file.name if room else f"bot/{file.name}"
                lines.append(f"{indent}{path:<{24 - len(indent)}} {_first_clause(said)}")
    return "```\n" + "\n".join(lines) + "\n```"


PARTS: dict[str, Callable[[], str]] = {"commands": commands_table, "settings": settings_table, "house": house_map}


def built(readme: str) -> str:
    """Return the README with its made parts as the code has them now."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name}: made by `make docs` -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not pattern.search(readme):
            sys.exit(f"README.md has no part {name!r}")
        made = f"\\g<1>{make().replace(chr(92), chr(92) * 2)}\n\\g<2>"
        readme = pattern.sub(made, readme)
    return readme


def _shown(default: object) -> str:
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`{','.join(map(str, default))}`"
    return f"`{default}`"


def _first_clause(docstring: str) -> str:
    first = " ".join(docstring.split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=[^A-Z])[.;:] (?=\S)|\.$", first, maxsplit=1)[0]


def main() -> None:
    """Write or check."""
    now = README.read_text(encoding="utf-8")
    made = built(now)
    if "--check" in sys.argv:
        if made != now:
            sys.exit("README.md is not up to date: run make docs")
        return
    README.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()

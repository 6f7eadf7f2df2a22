"""`python -m tests.docs [--check]`: writes, or checks, the generated tables in docs/."""

from __future__ import annotations

import sys

from tests.docs.generated_tables import DOCS, generated_pages


def main(*options: str) -> None:
    for page, generated in generated_pages().items():
        if "--check" in options and page.read_text("utf-8") != generated:
            sys.exit(f"{page.relative_to(DOCS.parent)} is not what the code says; run `make docs`")
        page.write_text(generated, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

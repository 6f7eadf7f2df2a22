"""What an image is made of: a JSON object of packages and their megabytes, read from inside it."""

import json
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path


def megabytes(distribution: Distribution) -> float:
    files = {str(distribution.locate_file(file)) for file in distribution.files or []}
    files |= {cache_from_source(file) for file in files if file.endswith(".py")}
    return sum(Path(file).stat().st_size for file in files if Path(file).is_file()) / 1e6


def main() -> None:
    sizes = {one.name.lower(): round(megabytes(one), 1) for one in distributions()}
    print(json.dumps(dict(sorted(sizes.items(), key=lambda item: -item[1]))))


if __name__ == "__main__":
    main()

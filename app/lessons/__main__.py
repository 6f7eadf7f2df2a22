"""`python -m app.lessons`: checks every lesson."""

from __future__ import annotations

import sys

from app.lessons.lesson_files import lessons
from app.lessons.lesson_validation import check_lesson


def main() -> None:
    try:
        for lesson in lessons().values():
            check_lesson(lesson)
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""HTTP for programs."""

from app.api.first import first_answers
from app.api.routes import install

__all__ = ["first_answers", "install"]

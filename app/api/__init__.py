"""HTTP for programs."""

from app.api.routes import install

__all__ = ["install"]

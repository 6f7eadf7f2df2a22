"""HTML for people: the workbench, its static files and its error pages."""

from app.pages.routes import install

__all__ = ["install"]

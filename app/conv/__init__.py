"""The arithmetic: integers and torch tensors, nothing of HTTP, files or pages."""

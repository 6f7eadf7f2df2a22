"""What is shown: tensors and an operation, immutable, named by their content."""

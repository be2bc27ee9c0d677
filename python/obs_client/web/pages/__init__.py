"""The pages: each a module with its queries, and a template of the same name."""

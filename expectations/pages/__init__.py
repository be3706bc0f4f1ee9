"""How Data Docs look: GX's content in templates that need no network."""

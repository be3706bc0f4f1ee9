"""A model's life: trained, approved, serving, scoring, rolled back."""

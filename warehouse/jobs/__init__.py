"""What everybody must know of a job (a question that models answer), declared once in a file of its own name."""

"""The pages, a module each: `show` lays out one page view."""

"""Looking at what is published: pages in the browser, and one page for each version that opens from disk."""

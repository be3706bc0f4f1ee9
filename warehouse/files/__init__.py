"""What is in a file before anything is known of its columns: blocks, encoding, headers, digests."""

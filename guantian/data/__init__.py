"""Raw tables: reading, checking, correcting, and the panel made of them."""

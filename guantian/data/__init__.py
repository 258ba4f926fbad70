"""Raw figures in, checked and corrected tables and the panel out."""

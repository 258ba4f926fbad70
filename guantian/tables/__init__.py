"""Tables: estimates in; CSV, LaTeX, HTML and numbers for the text out; nothing is estimated."""

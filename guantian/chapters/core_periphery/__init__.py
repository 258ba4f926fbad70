"""The core, the periphery and the sharing of gains."""

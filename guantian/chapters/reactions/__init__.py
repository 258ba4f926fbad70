"""Do governments respond to their rivals? Reaction functions, modes and promotion."""

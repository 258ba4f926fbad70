"""The chapters of the study, one folder each."""

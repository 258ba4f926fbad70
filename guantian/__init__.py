"""Guantian."""

"""The ledger of claims: what each claim predicts, and what the estimates say of it, by rule."""

from guantian.claims.ledger import Ledger, decide_claims
from guantian.claims.rules import Rule, qualifier, verdict

__all__ = ["Ledger", "Rule", "decide_claims", "qualifier", "verdict"]

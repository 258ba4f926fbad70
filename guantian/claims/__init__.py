"""The ledger of claims: what each claim predicts, and what the estimates say of it, by rule."""

from guantian.claims.ledger import Ledger, decide_claims
from guantian.claims.read import Claim, Part, join_claims, read_claims
from guantian.claims.rules import Rule, claim_verdict, part_verdict

__all__ = [
    "Claim",
    "Ledger",
    "Part",
    "Rule",
    "claim_verdict",
    "decide_claims",
    "join_claims",
    "part_verdict",
    "read_claims",
]

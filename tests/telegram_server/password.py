"""The server's half of the two-step password: https://core.telegram.org/api/srp."""

import os
from hashlib import sha256
from typing import Any

from telethon import password as telethon_password
from telethon.tl import types as T

# The prime that Telegram itself gives out; clients take no other without a long check.
PRIME_HEX = (
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db"
    "fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41"
    "0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf"
    "6f4fadf034b10403119cd8e3b92fcc5b"
)
_P = bytes.fromhex(PRIME_HEX)
_PRIME = int.from_bytes(_P, "big")
_G = 3


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def _wide(number: int) -> bytes:
    return number.to_bytes(256, "big")


class PasswordCheck:
    """One question for a password, and the check of its answer."""

    def __init__(self, password: str) -> None:
        self._algo = T.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(
            os.urandom(8), os.urandom(16), _G, _P
        )
        digest = telethon_password.compute_digest(self._algo, password)
        self._verifier = int.from_bytes(digest, "big")
        self._b = int.from_bytes(os.urandom(256), "big")
        multiplier = int.from_bytes(_hash(_P, _wide(_G)), "big")
        self._public = (multiplier * self._verifier + pow(_G, self._b, _PRIME)) % _PRIME
        self._id = int.from_bytes(os.urandom(7), "big")

    def question(self) -> Any:
        nothing = T.PasswordKdfAlgoUnknown()
        return T.account.Password(
            nothing, T.SecurePasswordKdfAlgoUnknown(), b"", has_password=True,
            current_algo=self._algo, srp_B=_wide(self._public), srp_id=self._id,
        )  # fmt: skip

    def right(self, answer: Any) -> bool:
        """Return whether the answer was made with the password."""
        mixed = int.from_bytes(_hash(answer.A, _wide(self._public)), "big")
        client = int.from_bytes(answer.A, "big")
        shared = pow(client * pow(self._verifier, mixed, _PRIME), self._b, _PRIME)
        both = bytes(x ^ y for x, y in zip(_hash(_P), _hash(_wide(_G)), strict=True))
        proof = _hash(
            both, _hash(self._algo.salt1), _hash(self._algo.salt2), answer.A,
            _wide(self._public), _hash(_wide(shared)),
        )  # fmt: skip
        return answer.srp_id == self._id and bytes(answer.M1) == proof

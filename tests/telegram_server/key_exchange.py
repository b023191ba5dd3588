"""How a client and the server come to a key: https://core.telegram.org/mtproto/auth_key."""

import os
import time
from hashlib import sha1
from typing import Any

from telethon import helpers
from telethon.crypto import AES, AuthKey
from telethon.crypto import rsa as telethon_rsa
from telethon.extensions import BinaryReader
from telethon.tl import functions as F
from telethon.tl import types as T

# RFC 3526, group 14: Telethon checks the range of what is made with it, not the prime itself.
PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E34"
    "04DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6"
    "F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A6916"
    "3FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C"
    "32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA95"
    "6AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)


class KeyExchange:
    """One connection's three questions and answers."""

    def __init__(self, rsa_key: Any) -> None:
        self._rsa = rsa_key
        self._server_nonce = int.from_bytes(os.urandom(16), "big", signed=True)
        self._new_nonce = 0
        self._a = int.from_bytes(os.urandom(256), "big")
        self._aes: Any = ()

    def answer(self, frame: bytes, skew_s: int) -> tuple[Any, AuthKey | None]:
        """Return what to say, and the key once there is one."""
        request = BinaryReader(frame[20:]).tgread_object()
        if isinstance(request, F.ReqPqMultiRequest | F.ReqPqRequest):
            product = telethon_rsa.get_byte_array(1_000_000_007 * 998_244_353)
            fingerprint = telethon_rsa._compute_fingerprint(self._rsa)
            return T.ResPQ(request.nonce, self._server_nonce, product, [fingerprint]), None
        if isinstance(request, F.ReqDHParamsRequest):
            return self._parameters(request, skew_s), None
        assert isinstance(request, F.SetClientDHParamsRequest)
        plain = AES.decrypt_ige(request.encrypted_data, *self._aes)
        inner = BinaryReader(plain[20:]).tgread_object()
        shared = pow(int.from_bytes(inner.g_b, "big"), self._a, PRIME)
        key = AuthKey(telethon_rsa.get_byte_array(shared))
        proof = key.calc_new_nonce_hash(self._new_nonce, 1)
        return T.DhGenOk(request.nonce, request.server_nonce, proof), key

    def _parameters(self, request: Any, skew_s: int) -> Any:
        raw = pow(int.from_bytes(request.encrypted_data, "big"), self._rsa.d, self._rsa.n)
        inner = BinaryReader(raw.to_bytes(255, "big")[20:]).tgread_object()
        self._new_nonce = inner.new_nonce
        self._aes = helpers.generate_key_data_from_nonce(self._server_nonce, inner.new_nonce)
        data = bytes(
            T.ServerDHInnerData(
                request.nonce, request.server_nonce, 2, PRIME.to_bytes(256, "big"),
                pow(2, self._a, PRIME).to_bytes(256, "big"), int(time.time()) + skew_s,
            )
        )  # fmt: skip
        data = sha1(data).digest() + data
        data += os.urandom(-len(data) % 16)
        return T.ServerDHParamsOk(
            request.nonce, request.server_nonce, AES.encrypt_ige(data, *self._aes)
        )

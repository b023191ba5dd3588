"""Sign-in: by phone and code, by a code that another device scans, with a two-step password."""

import os
from datetime import timedelta
from typing import Any

from telethon.tl import types as T

from tests.telegram_server.errors import RpcError
from tests.telegram_server.password import PasswordCheck
from tests.telegram_server.world import User, now

OPEN_METHODS = frozenset(
    {
        "help.GetConfig", "auth.SendCode", "auth.SignIn", "auth.ExportLoginToken",
        "account.GetPassword", "auth.CheckPassword",
    }
)  # fmt: skip
"""What may be asked before an account is signed in."""


class SigningIn:
    """Answers to the methods of `auth` and `account`."""

    def __init__(self) -> None:
        self.users: dict[int, User] = {}
        self.scanned: dict[int, int] = {}  # by key: whose device scanned its code
        self._half: dict[int, User] = {}  # by key: who still has to give the password
        self._checks: dict[int, PasswordCheck] = {}

    def do_auth_SendCode(self, r: Any, c: Any) -> Any:
        user = self._by_phone(r.phone_number)
        if user.banned:
            raise RpcError(400, "PHONE_NUMBER_BANNED")
        return T.auth.SentCode(T.auth.SentCodeTypeApp(5), "hash")

    def do_auth_SignIn(self, r: Any, c: Any) -> Any:
        user = self._by_phone(r.phone_number)
        if r.phone_code != user.code:
            raise RpcError(400, "PHONE_CODE_INVALID")
        return self._let_in(user, c)

    def _let_in(self, user: User, c: Any) -> Any:
        if user.password:
            self._half[c.key.key_id] = user
            raise RpcError(401, "SESSION_PASSWORD_NEEDED")
        c.core.users[c.key.key_id] = user.id
        return T.auth.Authorization(user.tl())

    def do_account_GetPassword(self, r: Any, c: Any) -> Any:
        check = self._checks[c.key.key_id] = PasswordCheck(self._half[c.key.key_id].password)
        return check.question()

    def do_auth_CheckPassword(self, r: Any, c: Any) -> Any:
        if not self._checks.pop(c.key.key_id).right(r.password):
            raise RpcError(400, "PASSWORD_HASH_INVALID")
        user = self._half.pop(c.key.key_id)
        c.core.users[c.key.key_id] = user.id
        return T.auth.Authorization(user.tl())

    def do_auth_ExportLoginToken(self, r: Any, c: Any) -> Any:
        user = self.scanned.pop(c.key.key_id, None)
        if user is not None:
            return T.auth.LoginTokenSuccess(self._let_in(self.users[user], c))
        return T.auth.LoginToken(now() + timedelta(seconds=30), os.urandom(16))

    def _by_phone(self, phone: str) -> User:
        for user in self.users.values():
            if user.phone.lstrip("+") == phone.lstrip("+"):
                return user
        raise RpcError(400, "PHONE_NUMBER_UNOCCUPIED")

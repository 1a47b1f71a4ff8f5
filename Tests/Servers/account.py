"""The account that server processes run as: PostgreSQL refuses root."""

import os
import pwd
import shutil
from pathlib import Path


def server_account() -> pwd.struct_passwd | None:
    """None where the tests' own account will do; as root, `postgres` if it exists, else `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_server(command: list[str]) -> list[str]:
    """The command that runs the given one as the servers' account."""
    account = server_account()
    if account is None:
        return command
    drop = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return [*drop, "env", "HOME=/", *command]


def give_to_server(path: Path) -> None:
    account = server_account()
    if account is not None:
        shutil.chown(path, account.pw_uid, account.pw_gid)

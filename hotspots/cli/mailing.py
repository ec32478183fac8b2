"""Digests by mail: who gets what, over TLS, and never the same twice, whatever is killed in between.

For each receiver three steps stand on disk: (1) `trying` a version is written before the text of the mail leaves, when the server has
taken sender and receiver already; (2) the mail; (3) told up to that version. Killed before 1, the next run sends. Killed after 3, it does
not. Killed between, nobody can know whether the mail arrived: it is not sent again, the next run says so, and goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from hotspots import settings, store
from hotspots.cities import receivers
from hotspots.drawing import digests
from hotspots.store import locks
from hotspots.store.schema import DataError
from hotspots.views.digest import Digest
from hotspots.words import Told, ToldError, told

SECURITY = ("starttls", "tls")
PATIENCE = 30  # seconds for each answer of the server


@dataclass(frozen=True)
class Receiver:
    """Who gets a digest: of a place (empty: the whole city), in a language (empty: the city's); `quiet` ones too if nothing is new."""

    address: str
    place: str = ""
    language: str = ""
    quiet: bool = False

    @property
    def key(self) -> str:
        """What names it in the record of what was sent."""
        return f"{self.address} {self.place}"


@dataclass(frozen=True)
class Mail:
    """The mail server and who gets what; the password stands in the environment, or in a file that only its owner can read."""

    server: str
    port: int
    security: str
    sender: str
    user: str
    password: str
    certificates: str
    receivers: tuple[Receiver, ...]


@dataclass(frozen=True)
class Done:
    """What became of one receiver's mail, and whether it failed."""

    said: Told
    failed: bool = False


def read(file: Path) -> Mail:
    """Return what the file of receivers says; a `DataError` names what is missing in it."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise DataError(told("{file} is no TOML: {reason}", file=file, reason=fault)) from None
    mail, listed = values.get("mail", {}), values.get("receiver", [])
    missing = [f"[mail] {name}" for name in ("server", "sender") if not mail.get(name)]
    missing += [] if listed and all("@" in str(one.get("address", "")) for one in listed) else ["[[receiver]] address"]
    security = mail.get("security", SECURITY[0])
    if missing or security not in SECURITY:
        missing += [] if security in SECURITY else ["[mail] security: " + " | ".join(SECURITY)]
        raise DataError(told("{file} lacks {missing}; docs/digest.md shows one", file=file, missing=", ".join(missing)))
    people = tuple(Receiver(**{name: one[name] for name in ("address", "place", "language", "quiet") if name in one}) for one in listed)
    port = int(mail.get("port", 587 if security == "starttls" else 465))
    certificates = str(mail.get("certificates", ""))
    return Mail(mail["server"], port, security, mail["sender"], mail.get("user", ""), _password(mail, file), certificates, people)


def _password(mail: dict[str, Any], file: Path) -> str:
    if "password" in mail:
        raise DataError(told("{file} holds a password; name password_env, or password_file with a file of mode 600", file=file))
    if named := mail.get("password_file"):
        path = Path(named).expanduser()
        if os.name != "nt" and path.stat().st_mode & 0o077:
            raise DataError(told("{file}: others can read the password in it; chmod 600 it", file=path))
        return path.read_text(encoding="utf-8").strip()
    return settings.secret(mail["password_env"]) if mail.get("password_env") else ""


def send(slug: str, version: int, mail: Mail, made: Callable[[Receiver, int], Digest]) -> Iterator[Done]:
    """Send each receiver what is new in a version, which `made` tells from the version that it was told up to; yield what became of it.

    One run at a time for each city: another one is refused with a `StoreError`.
    """
    folder = settings.store_folder() / slug
    try:
        with locks.hold(folder / ".mail-lock"):
            for one in mail.receivers:
                try:
                    yield from _one(slug, version, one, mail, made)
                except (smtplib.SMTPException, OSError) as fault:
                    yield Done(told("{who}: not sent: {reason}", who=one.address, reason=fault), failed=True)
                except ToldError as fault:
                    yield from (Done(told("{who}: not sent: {reason}", who=one.address, reason=part), failed=True) for part in fault.faults)
    except locks.TakenError:
        raise store.StoreError(told("digests of {city} are being sent already; wait until that is done", city=slug)) from None


def _one(slug: str, version: int, one: Receiver, mail: Mail, made: Callable[[Receiver, int], Digest]) -> Iterator[Done]:
    older = [number for number in store.versions(slug) if number < version]
    state = receivers.read(slug, one.key) or receivers.Reached(older[-1] if older else version)
    if state.trying:
        lost = told(
            "{who}: the digest up to version {version} was cut off while it was sent, and may not have arrived; it is not sent again",
            who=one.address,
            version=state.trying,
        )
        yield Done(lost, failed=True)
        state = receivers.Reached(state.trying)
        receivers.write(slug, one.key, state)
    if state.upto >= version:
        receivers.write(slug, one.key, state)
        yield Done(told("{who}: told already, up to version {version}", who=one.address, version=state.upto))
        return
    since = min((number for number in older if number >= state.upto), default=0)
    if since != state.upto:
        pruned = told(
            "{who}: version {upto}, up to which it was told, is not kept any more; what changed before version {version} is not told",
            who=one.address,
            upto=state.upto,
            version=since or version,
        )
        yield Done(pruned, failed=True)
    if not since:
        receivers.write(slug, one.key, receivers.Reached(version))
        return
    found = made(one, since)
    sent = not found.quiet or one.quiet
    if sent:
        _tried(slug, one, mail, found, state)
    receivers.write(slug, one.key, receivers.Reached(version))
    title = found.title
    yield Done(told("{who}: sent: {title}", who=one.address, title=title) if sent else told("{who}: nothing new", who=one.address))


def _tried(slug: str, one: Receiver, mail: Mail, found: Digest, state: receivers.Reached) -> None:
    """Deliver a digest; where the server has said that it did not take it, write that down, so that the next run sends it."""
    trying = receivers.Reached(state.upto, found.version)
    try:
        _deliver(mail, one, message(found, mail.sender, one.address), lambda: receivers.write(slug, one.key, trying))
    except smtplib.SMTPResponseException:
        receivers.write(slug, one.key, state)
        raise


def message(found: Digest, sender: str, receiver: str) -> EmailMessage:
    """Return the mail: the text, the same as HTML; its own name is that of the digest and its receiver, so that a mailbox can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, receiver
    mail["Subject"] = " ".join(found.title.split())
    name = hashlib.sha256(f"{digests.identity(found)} {receiver}".encode()).hexdigest()[:40]
    mail["Message-ID"] = f"<{name}@{sender.rpartition('@')[2].strip('<> ')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(digests.text(found))
    mail.add_alternative(digests.html(found), subtype="html")
    return mail


def _deliver(mail: Mail, one: Receiver, text: EmailMessage, trying: Callable[[], None]) -> None:
    """Hand a mail to the server. `trying` is called when all but the text was accepted; what the server refuses then is taken back."""
    context = ssl.create_default_context(cafile=mail.certificates or None)
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.server, mail.port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(mail.server, mail.port, timeout=PATIENCE)
    try:
        if mail.security != "tls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if mail.user:
            server.login(mail.user, mail.password)
        _accepted(server.mail(mail.sender.rpartition("<")[2].strip("<> ")))
        _accepted(server.rcpt(one.address))
        trying()
        _accepted(server.data(text.as_bytes()))
    finally:
        server.close()  # without a last word: what the server said of the mail stands, whatever it says to a farewell


def _accepted(answer: tuple[int, bytes]) -> None:
    if answer[0] not in (250, 251):
        raise smtplib.SMTPResponseException(*answer)

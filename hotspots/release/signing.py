"""Who made a release: a signature that anybody can check with the public key in it (Ed25519), made with the secret of the city.

Releases of before bear an HMAC-SHA256, which only who holds the secret can check; they are checked that way still.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

SIGNED_WITH = "Ed25519"


def sign(content: bytes, *, secret: bytes) -> str:
    """Return the signature of a content as hexadecimal text; the same content and secret give the same one, always.

    >>> signed = sign(b"a release", secret=b"of the city")
    >>> holds(b"a release", signed, public=public_key(b"of the city")), holds(b"another", signed, public=public_key(b"of the city"))
    (True, False)
    """
    return str(_private(secret).sign(content).hex())


def public_key(secret: bytes) -> str:
    """Return the public key that belongs to a secret, as hexadecimal text: it checks signatures and makes none."""
    return str(_private(secret).public_key().public_bytes_raw().hex())


def holds(content: bytes, signature: str, *, public: str) -> bool:
    """Return whether a signature of a content was made with the secret that belongs to a public key."""
    from cryptography.exceptions import InvalidSignature  # takes long to import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def former(content: bytes, *, secret: bytes) -> str:
    """Return the signature that releases of before bear."""
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


def signed_by(manifest: Mapping[str, Any], content: bytes, *, secret: bytes) -> bool:
    """Return whether a manifest with this content was signed with a secret, as it is done now or was done before."""
    signature = str(manifest.get("signature", ""))
    if "public_key" in manifest:
        return manifest["public_key"] == public_key(secret) and holds(content, signature, public=public_key(secret))
    return hmac.compare_digest(signature.encode(), former(content, secret=secret).encode())


def _private(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # takes long to import

    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"hotspots release signature, Ed25519", hashlib.sha256))

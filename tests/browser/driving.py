"""How a browser test waits for a Streamlit page."""

from __future__ import annotations


def wait_until_idle(page, timeout: float = 30_000) -> None:
    """Wait until the page is connected, its script has come to rest and nothing shows as loading."""
    page.wait_for_timeout(210)
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=timeout)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=timeout)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached", timeout=timeout)

"""A terminal that closes and whoever stops a service end a command as Ctrl-C does."""

import signal

_POLITE = ("SIGTERM", "SIGHUP")


def end_like_ctrl_c() -> None:
    """Let letters in flight be finished and the account be told; what is ignored stays so.

    `nohup` sets SIGHUP to be ignored, for a command that is to outlive its terminal. A shell sets
    SIGINT so for its jobs in the background: it is not heard, but `interrupt` must still be.
    """
    for name in _POLITE:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupt(*_: object) -> None:
    """Do what Ctrl-C does."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.raise_signal(signal.SIGINT)

"""A terminal that closes and whoever stops a service end a command as Ctrl-C does."""

import signal

_POLITE = ("SIGTERM", "SIGHUP")


def end_like_ctrl_c() -> None:
    """Let letters in flight be finished and the account be told; what is ignored stays so.

    `nohup` sets SIGHUP to be ignored, for a command that is to outlive its terminal.
    """
    for name in _POLITE:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's job in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)

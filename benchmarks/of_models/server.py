"""A model on this machine that answers at once, or after so many seconds: `python server.py SECONDS`.

It prints its address, and serves until it is ended. In each conversation it calls `bench_look` seven times,
and hands in then; without that tool it hands in at once; without any tool it says a sentence.
"""

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.servers.openai_protocol import Answer, Asked, called, said, serving, slow

LOOKS = 7


def answer(asked: Asked) -> Answer:
    offered = str(asked.body.get("tools") or "")
    turns = sum(each["role"] == "assistant" for each in asked.messages)
    if "bench_look" in offered and turns < LOOKS:
        return called(("bench_look", {"number": turns + 1}), text="I look at the next one.")
    if "hand_in" in offered:
        return called(("hand_in", {"text": "Done."}))
    return said("Done.")


def main() -> None:
    delay = float(sys.argv[1])
    with serving(lambda asked: slow(answer(asked), delay)) as provider:
        print(provider.url, flush=True)
        provider.asked = _Forgetful()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


class _Forgetful(list[Asked]):
    """What was asked is not kept: there is no end of it here."""

    def append(self, asked: Asked) -> None:
        del asked


if __name__ == "__main__":
    main()

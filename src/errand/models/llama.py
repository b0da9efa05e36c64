"""A GGUF file in this process, by llama.cpp. What it writes keeps to a grammar, so that it can be parsed."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errand.domain.budget import Usage
from errand.domain.errors import BadReply, ContextTooLong, ModelBusy, ModelUnusable
from errand.domain.json import JsonObject
from errand.model import Finish, Message, Prompt, Replied, Reply, Said, Traits
from errand.models import envelope
from errand.models.grammar import gbnf
from errand.models.paying import EmptyReply, NotTaken
from errand.observability.logs import logger

if TYPE_CHECKING:  # an extra that need not be installed
    from llama_cpp import Llama, LlamaGrammar

MOST_CONTEXT_TOKENS = 32_768
"""Taken of what a model was trained for, unless a setting says otherwise: memory grows with it."""
_LEAST_OUTPUT_TOKENS = 256
"""A prompt that leaves less room for the answer is too long."""
_SEEN_BY_TEMPLATE = "\ue000{}\ue001"
"""Stands for the n-th text while the template is filled in; from the private use area, as no file has it."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. The most probable one is right for work; others are for tests."""

    temperature: float = 0.0
    seed: int = 0


def open_gguf(
    named: str, path: Path, *, context_tokens: int | None = None, sampling: Sampling | None = None
) -> "LlamaModel":
    """Load a file; the better part of a minute for a large one. Raises ModelUnusable."""
    try:
        from llama_cpp import Llama
    except ImportError as error:
        raise ModelUnusable(
            f"{named} needs the package llama-cpp-python: install Errand with the extra `llama` "
            "(docs/models.md)."
        ) from error
    if not path.is_file():
        raise ModelUnusable(f"There is no file {path}: correct the path in {named}.")
    _quiet()
    try:
        trained = _trained_for(Llama(str(path), vocab_only=True, verbose=False))
        context = context_tokens or min(trained, MOST_CONTEXT_TOKENS)
        loaded = Llama(str(path), n_ctx=context, n_gpu_layers=-1, verbose=False)
    except ValueError as error:  # how the library says that llama.cpp could not load it
        raise ModelUnusable(
            f"{path} can not be loaded as a model: it is no GGUF file that this version of llama-cpp-python "
            f"reads, or there is too little memory for {named}."
        ) from error
    if "tokenizer.chat_template" not in loaded.metadata:
        raise ModelUnusable(f"{path} holds no chat template: take a file of a model made for instructions.")
    return LlamaModel(named, loaded, sampling or Sampling())


class LlamaModel:
    """Keeps `errand.model.LanguageModel`. Threads take turns: one call at a time fills the machine."""

    def __init__(self, named: str, loaded: "Llama", sampling: Sampling) -> None:
        self._named, self._loaded, self._sampling = named, loaded, sampling
        self._traits = Traits(context_tokens=loaded.n_ctx())
        self._turn = threading.Lock()
        self._deadline = _Deadline(loaded)

    @property
    def name(self) -> str:
        return self._named

    @property
    def traits(self) -> Traits:
        return self._traits

    def ask(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        until = time.monotonic() + timeout_seconds
        if not self._turn.acquire(timeout=timeout_seconds):
            raise NotTaken(f"{self._named} was busy with other calls for {timeout_seconds:g} seconds.")
        try:
            return self._ask(prompt, until, timeout_seconds)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Frees its memory."""
        with self._turn:
            self._loaded.close()

    def _ask(self, prompt: Prompt, until: float, timeout_seconds: float) -> Reply:
        calls = envelope.needed(prompt)
        tokens = self._tokens(envelope.enveloped(prompt) if calls else prompt)
        room = self._traits.context_tokens - len(tokens)
        if room < min(_LEAST_OUTPUT_TOKENS, prompt.max_output_tokens):
            raise ContextTooLong(
                f"The prompt has {len(tokens)} tokens and {self._named} reads and writes "
                f"{self._traits.context_tokens}: raise ERRAND_MODEL_CONTEXT_TOKENS or take another model."
            )
        grammar = _grammar(json.dumps(envelope.schema_of(prompt))) if calls else None
        with self._deadline.at(until, self._named, timeout_seconds):
            made: Any = self._loaded.create_completion(
                tokens,
                max_tokens=min(prompt.max_output_tokens, room),
                temperature=self._sampling.temperature,
                seed=self._sampling.seed,
                grammar=grammar,
                stopping_criteria=self._deadline.criteria,
            )
        return self._reply(prompt, made)

    def _reply(self, prompt: Prompt, made: Any) -> Reply:  # noqa: ANN401  # the library's own dictionary
        choice, counted = made["choices"][0], made["usage"]
        text = str(choice["text"])
        usage = Usage(counted["prompt_tokens"], 0, counted["completion_tokens"])
        if choice["finish_reason"] == "length":
            return Reply(text, (), usage, self._named, Finish.LENGTH)
        if not text.strip():
            raise EmptyReply(f"{self._named} answered with nothing.", usage)
        if not envelope.needed(prompt):
            return Reply(text, (), usage, self._named, Finish.STOP)
        turn = sum(isinstance(message, Replied) for message in prompt.messages)
        return Reply("", (envelope.opened(text, turn),), usage, self._named, Finish.CALLS)

    def _tokens(self, prompt: Prompt) -> list[int]:
        """What stands in a message is read as text, even where it looks like a mark between messages."""
        chat = [("system", prompt.instructions), *(_spoken(message) for message in prompt.messages)]
        texts = [text for _, text in chat]
        filled = self._filled([(role, _SEEN_BY_TEMPLATE.format(n)) for n, (role, _) in enumerate(chat)])
        tokens: list[int] = []
        for piece, is_text in _pieces(filled, texts):
            tokens += self._loaded.tokenize(piece.encode(), add_bos=False, special=not is_text)
        begins = self._loaded.token_bos()
        wanted = self._loaded.metadata.get("tokenizer.ggml.add_bos_token") == "true"
        return [begins, *tokens] if wanted and tokens[:1] != [begins] else tokens

    def _filled(self, chat: Sequence[tuple[str, str]]) -> str:
        """Many templates want turns to alternate; some know no system: then it stands in the first turn."""
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        template = Jinja2ChatFormatter(
            self._loaded.metadata["tokenizer.chat_template"],
            eos_token=self._piece(self._loaded.token_eos()),
            bos_token=self._piece(self._loaded.token_bos()),
        )
        for turns in (_alternating(chat), _alternating([("user", chat[0][1]), *chat[1:]])):
            try:
                filled: str = template(messages=turns).prompt
            except (TemplateError, ValueError):  # how a template refuses a role
                continue
            if all(text in filled for _, text in chat):
                return filled
        raise ModelUnusable(f"The chat template of {self._named} leaves out messages: take another file.")

    def _piece(self, token: int) -> str:
        if token < 0:
            return ""
        piece: bytes = self._loaded.detokenize([token], special=True)
        return piece.decode(errors="replace")


class _Deadline:
    """Stops llama.cpp while it reads the prompt and while it writes."""

    def __init__(self, loaded: "Llama") -> None:
        import llama_cpp

        self._until = float("inf")
        self._loaded = loaded
        self._callback = llama_cpp.ggml_abort_callback(lambda _: self._is_over())
        llama_cpp.llama_set_abort_callback(loaded.ctx, self._callback, None)
        self.criteria = llama_cpp.StoppingCriteriaList([lambda _tokens, _scores: self._is_over()])

    @contextmanager
    def at(self, until: float, named: str, seconds: float) -> Iterator[None]:
        """Raises ModelBusy when it was stopped."""
        self._until = until
        late = ModelBusy(f"{named} had not answered after {seconds:g} seconds.")
        try:
            yield
            stopped = self._is_over()
        except RuntimeError as error:  # how the library says that llama.cpp was aborted, or failed
            self._loaded.reset()
            if not self._is_over():
                raise BadReply(f"{named} could not go on ({error}).") from error
            raise late from error
        finally:
            self._until = float("inf")
        if stopped:
            raise late

    def _is_over(self) -> bool:
        return time.monotonic() > self._until


@cache
def _quiet() -> object:
    """What llama.cpp tells on standard error goes to the log. Kept for as long as the process lives."""
    import llama_cpp

    log = logger("llama.cpp")

    def tell(level: int, text: bytes, data: object) -> None:
        del level, data
        log.debug(text.decode(errors="replace").strip())

    callback = llama_cpp.llama_log_callback(tell)
    llama_cpp.llama_log_set(callback, None)
    return callback


def _trained_for(vocabulary: "Llama") -> int:
    found: JsonObject = dict(vocabulary.metadata)
    vocabulary.close()
    length = found.get(f"{found.get('general.architecture')}.context_length")
    return int(str(length)) if length is not None else MOST_CONTEXT_TOKENS


def _spoken(message: Message) -> tuple[str, str]:
    match message:
        case Replied(text=text):
            return "assistant", text
        case Said(text=text):
            return "user", text
        case _:
            raise TypeError(f"{type(message).__name__} was not put into text")


def _alternating(chat: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    turns: list[dict[str, str]] = []
    for role, text in chat:
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += f"\n\n{text}"
        else:
            turns.append({"role": role, "content": text})
    return turns


def _pieces(filled: str, texts: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The template's own words, and between them the texts that it was given marks for."""
    opening, closing = _SEEN_BY_TEMPLATE.split("{}")
    first, *rest = filled.split(opening)
    yield first, False
    for each in rest:
        number, _, after = each.partition(closing)
        yield texts[int(number)], True
        yield after, False


@lru_cache(maxsize=64)
def _grammar(schema: str) -> "LlamaGrammar":
    from llama_cpp import LlamaGrammar

    return LlamaGrammar.from_string(gbnf(json.loads(schema)), verbose=False)

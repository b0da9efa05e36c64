"""A tiny GGUF file of random weights: a real model that knows nothing, for the code that loads it."""

from pathlib import Path

CONTEXT = 16_384
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}<|assistant|>"
)
STRICT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('not in turn') }}{% endif %}"
    "<|{{ m['role'] }}|>{{ m['content'] | trim }}\n{% endfor %}<|assistant|>"
)
_WIDTH, _INNER, _BLOCKS, _HEADS = 32, 64, 1, 2


def write_gguf(path: Path, *, template: str | None = TEMPLATE, context: int = CONTEXT) -> Path:
    """Bytes and printable letters as its vocabulary. The same file each time."""
    import gguf
    import numpy as np

    words, kinds = _vocabulary()
    file = gguf.GGUFWriter(str(path), "llama")
    file.add_name("tiny")
    file.add_context_length(context)
    file.add_embedding_length(_WIDTH)
    file.add_block_count(_BLOCKS)
    file.add_feed_forward_length(_INNER)
    file.add_head_count(_HEADS)
    file.add_head_count_kv(_HEADS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(_WIDTH // _HEADS)
    file.add_vocab_size(len(words))
    file.add_tokenizer_model("llama")
    file.add_token_list(words)
    file.add_token_scores([0.0] * len(words))
    file.add_token_types(kinds)
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_unk_token_id(0)
    file.add_add_bos_token(value=True)
    file.add_add_space_prefix(value=False)
    if template is not None:
        file.add_chat_template(template)
    drawn = np.random.default_rng(0)
    for name, shape in _weights(len(words)).items():
        ones = np.ones(shape, dtype=np.float32)
        file.add_tensor(
            name, ones if "norm" in name else ones * drawn.standard_normal(shape, np.float32) * 0.05
        )
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
    return path


def _vocabulary() -> tuple[list[str], list[int]]:
    import gguf

    kind = gguf.TokenType
    special = [
        ("<unk>", kind.UNKNOWN),
        ("<s>", kind.CONTROL),
        ("</s>", kind.CONTROL),
        ("<|user|>", kind.CONTROL),
    ]
    bytewise = [(f"<0x{each:02X}>", kind.BYTE) for each in range(256)]
    printable = [(chr(each), kind.NORMAL) for each in range(33, 127)]
    entries = [*special, *bytewise, *printable, ("▁", kind.NORMAL)]
    return [word for word, _ in entries], [int(of) for _, of in entries]


def _weights(words: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (words, _WIDTH),
        "output_norm.weight": (_WIDTH,),
        "output.weight": (words, _WIDTH),
    }
    for block in range(_BLOCKS):
        shapes |= {f"blk.{block}.{name}_norm.weight": (_WIDTH,) for name in ("attn", "ffn")}
        shapes |= {f"blk.{block}.attn_{name}.weight": (_WIDTH, _WIDTH) for name in ("q", "k", "v", "output")}
        shapes |= {f"blk.{block}.ffn_{name}.weight": (_INNER, _WIDTH) for name in ("gate", "up")}
        shapes[f"blk.{block}.ffn_down.weight"] = (_WIDTH, _INNER)
    return shapes

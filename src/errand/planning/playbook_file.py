"""What a playbook file says, as docs/playbooks.md explains it to its authors."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from errand.domain.plan import Reference
from errand.planning.matching import phrase_fault

EACH_ATTACHMENT = "attachments"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _phrase(text: str) -> str:
    if fault := phrase_fault(text):
        raise ValueError(fault)
    return text


def _reference(text: str) -> str:
    Reference.parse(text)
    return text


Phrase = Annotated[str, Field(max_length=200), AfterValidator(_phrase)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
Kinds = Annotated[str, Field(min_length=1)]
"""The name of an entry under `kinds`."""


class Signal(_Part):
    """Something that speaks for this playbook, or with a negative weight against it. Exactly one of five."""

    says: tuple[Phrase, ...] = Field(default=(), description="The request contains one of these.")
    attached_name: tuple[Phrase, ...] = Field(
        default=(), description="The name of an attachment contains one."
    )
    attached: Kinds | None = Field(default=None, description="An attachment is of one of these kinds.")
    found: Key | None = Field(default=None, description="This was found in the request (see `finds`).")
    nothing_but: Key | None = Field(
        default=None, description="The request says this, found in it, and no more."
    )
    weight: float = Field(ge=-1, le=1, description="Added to the score.", strict=False)

    @model_validator(mode="after")
    def _one_of_five(self) -> "Signal":
        given = (self.says, self.attached_name, self.attached, self.found, self.nothing_but)
        if sum(map(bool, given)) != 1:
            raise ValueError("a signal has exactly one of says, attached_name, attached, found, nothing_but")
        return self


class Example(_Part):
    request: Words
    attachments: tuple[Words, ...] = Field(default=(), description="File names.")


class Applies(_Part):
    at_least: float = Field(default=0.5, ge=0, le=1, description="The score from which it applies.")
    surely: float = Field(default=0.65, ge=0, le=1, description="From here on there is no need to ask.")
    signals: tuple[Signal, ...] = Field(min_length=1)
    narrower: tuple[Phrase, ...] = Field(
        default=(),
        description="Words of requests for less than all of it; the rule planner goes first when it is sure.",
    )
    matches: tuple[Words | Example, ...] = Field(min_length=1)
    does_not_match: tuple[Words | Example, ...] = Field(min_length=1)


class CompanyFinder(_Part):
    """A company: its ticker, its CIK or its name."""

    kind: Literal["company"]


class FormFinder(_Part):
    """A form that companies file: `10-K`, `20-F`."""

    kind: Literal["filing-form"]


class WordsAfter(_Part):
    """The words after one of these, up to the end of the clause."""

    kind: Literal["words-after"]
    phrases: tuple[Phrase, ...] = Field(min_length=1)


class NumberBefore(_Part):
    """A number, in digits or words, right before one of these."""

    kind: Literal["number-before"]
    phrases: tuple[Phrase, ...] = Field(min_length=1)


class SubjectFinder(_Part):
    """What the request wants looked up: `what does it say about fees` gives `fees`."""

    kind: Literal["subject"]


Finder = Annotated[
    CompanyFinder | FormFinder | WordsAfter | NumberBefore | SubjectFinder, Field(discriminator="kind")
]


class Condition(_Part):
    """True when all that it names holds."""

    attached: Kinds | None = None
    found: Key | None = None

    @model_validator(mode="after")
    def _something(self) -> "Condition":
        if not (self.attached or self.found):
            raise ValueError("a condition names attached, found or both")
        return self


class Way(Condition):
    """One way in which what the playbook needs can be there."""

    offered: str | None = Field(default=None, description="A capability that this way takes.")
    not_offered: Words | None = Field(
        default=None, description="What to say when it is not offered; `{found.company}` is filled in."
    )


class PlaybookNeed(_Part):
    one_of: tuple[Way, ...] = Field(min_length=1)
    otherwise: Words = Field(description="A sentence for the person: what to give.")


class Limit(_Part):
    """Something that a request may ask for besides and that the playbook does not do."""

    says: tuple[Phrase, ...] = Field(min_length=1)
    leaves: Words = Field(description="A sentence for the person: what is not done.")


class StepFile(_Part):
    key: Key
    capability: Words
    title: Words
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    after: tuple[Key, ...] = ()
    optional: bool = False
    each: Key | None = Field(default=None, description="`attachments` or the key of another step with each.")
    kinds: Kinds | None = Field(
        default=None, description="With `each: attachments`: only those of these kinds."
    )
    when: Condition | None = None
    unless: Condition | None = None

    @model_validator(mode="after")
    def _kinds_with_attachments(self) -> "StepFile":
        if self.kinds and self.each != EACH_ATTACHMENT:
            raise ValueError("kinds goes with `each: attachments`")
        return self


class PlaybookFile(_Part):
    name: Key
    title: Words
    description: Words
    kinds: dict[Key, tuple[Words, ...]] = Field(
        default_factory=dict,
        description="Named lists of media types (`text/html`, `image/*`) and suffixes (`.md`).",
    )
    finds: dict[Key, Finder] = Field(default_factory=dict)
    applies: Applies
    needs: tuple[PlaybookNeed, ...] = ()
    limits: tuple[Limit, ...] = ()
    steps: tuple[StepFile, ...] = Field(min_length=1)
    result: Annotated[Words, AfterValidator(_reference)] = Field(
        description="`report.report`: where the finished result is."
    )
    check: Key | None = None
    must_contain: tuple[Words, ...] = Field(
        default=(), description="What the result must contain; `$from: playbook.must_contain`."
    )

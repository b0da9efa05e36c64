"""Which words, and which file names, speak of which type of thing."""

from errand.planning.words import stem

_TYPE_WORDS: dict[str, str] = {
    "image": "image picture photo photograph pic photography snapshot screenshot painting drawing "
    "illustration artwork portrait poster logo meme wallpaper graphic thumbnail icon panorama "
    "collage waveform spectrogram",
    "audio": "audio sound recording voice speech song music podcast narration voiceover soundtrack "
    "melody mp3 wav",
    "video": "video clip footage movie film animation slideshow mp4 vlog",
    "text": "text article paragraph essay description script sentence caption transcript transcription "
    "message passage prose summary story writing document paper information phrase keyword "
    "answer topic question",
    "url": "url link website webpage address hyperlink",
    "document": "document pdf article paper text file contract letter essay report page",
    "file": "file attachment spreadsheet workbook pdf",
    "table": "table spreadsheet csv",
    "chart": "chart graph plot diagram",
    "report": "report writeup dossier",
    "date": "date day deadline",
    "number": "number amount count",
}

EXTENSIONS: dict[str, tuple[str, ...]] = {
    ending: types
    for endings, types in (
        ("jpg jpeg png gif bmp svg webp tif tiff heic ico", ("image", "file")),
        ("wav mp3 flac ogg m4a aac opus wma aiff", ("audio", "file")),
        ("mp4 avi mov mkv webm wmv flv mpg mpeg m4v", ("video", "file")),
        ("txt md text rst log tex", ("text", "document", "file")),
        ("doc docx odt rtf pdf epub html htm", ("document", "text", "file")),
        ("ppt pptx odp", ("document", "file")),
        ("csv tsv xls xlsx ods parquet", ("table", "file")),
        ("json xml yaml yml zip tar gz", ("file",)),
        ("py js ts java c cpp h go rs rb php sh sql css", ("code", "file")),
    )
    for ending in endings.split()
}
"""Types of a file by the ending of its name, the likeliest first."""


class TypeWords:
    """The types that one catalogue speaks of, and the words that mean them."""

    def __init__(self, types: frozenset[str]) -> None:
        self.types = types
        self._by_stem: dict[str, set[str]] = {}
        for kind in types:
            spoken = _TYPE_WORDS.get(kind, "").split() or kind.replace("-", " ").split()
            for word in spoken:
                self._by_stem.setdefault(stem(word), set()).add(kind)

    def of(self, stemmed: str) -> frozenset[str]:
        """The types that a word may stand for; empty for most words."""
        return frozenset(self._by_stem.get(stemmed, ()))

    def of_file(self, name: str) -> frozenset[str]:
        ending = name.rsplit(".", 1)[-1].lower()
        return frozenset(EXTENSIONS.get(ending, ("file",))) & self.types

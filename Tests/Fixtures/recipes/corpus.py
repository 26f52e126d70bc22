"""Invented text: a little English to learn vocabularies from, and strings that tokenizers trip over."""
import unicodedata

from .writing import random

WHO = ("the baker", "my old neighbour", "Doctor Marlow", "a quiet heron",
       "the night nurse", "Ines", "Jörg", "the harbour pilot")
DOES = ("mends", "measures", "forgets", "carries", "rewrites", "paints", "doesn't trust", "has counted")
WHAT = ("seven copper kettles", "the unfinished letter", "a lantern", "every second clock", "the ferry's timetable",
        "12 jars of honey", "the map of 1908", "an unbelievably long ladder")
WHEN = ("before breakfast", "in the rain", "at 6:45", "again and again", "without telling anyone", "near the mill")
END = (".", ".", ".", "!", "?", "; we'll see.", ", I'd say.")

SNIPPETS = (
    "Über den Dächern der Straße hängt müder Nebel; groß ist die Stille.",
    "Le garçon naïf préfère l'été à Noël, ça va de soi.",
    "El niño soñó con un pingüino: ¿quién lo creería?",
    "Žluťoučký kůň, příliš tichý, běží k řece.",
    "Вчера ёж нашёл старый ключ у моста.",
    "Ο γέρος ψαράς μετράει τα δίχτυα του.",
    "我的猫在河边睡觉。今天下雨了,我们喝茶。",
    "ねこは窓のそばでラジオを聞いている。",
    "고양이가 강가에서 잠을 잔다.",
    "القطة تنام قرب النهر.",
    "बिल्ली नदी के पास सो रही है।",
    "แมวนอนอยู่ริมแม่น้ำ",
    "The café's piñata cost 3,50 € – 20 % less… “really?” he'd said.",
)

TRICKY = (
    "", " ", "   ", "\n", "\t\r\n ", "a", " a", "a ", "  two  spaces  ", "tab\there", "line\nbreak\r\nand\rmore",
    "no\u00a0break\u2003em\u3000ideographic", "\u2028line\u2029paragraph", "\ufeffmark", "a\u0000b", "\u0000",
    "bell\u0007 escape\u001b[31m del\u007f c1\u0085\u009f", "soft\u00adhyphen zero\u200bwidth joiner\u200d\u200c",
    "left\u200eright\u200f \u202areverse\u202c", "\ufffd replacement \ufffd", "\ue000private\uf8ff", "\U000f0000",
    "cafe\u0301 café CAFÉ", "A\u030a Å \u212b", "e\u0301\u0302\u0303", "\u0301alone", "n\u0303o\u0308", "q\u0323\u0307",
    "İstanbul I ı i̇", "ẞ ß ſtraße", "ΑΒΓ ΣΊΣΥΦΟΣ ς σ", "ǅ ǆ Ǆ", "ﬁne ﬂag", "Ⅷ ½ ² ₃ ①", "٣٤٥ ४५ 一二三",
    "👋", "👩‍👩‍👧‍👦 family", "🏳️‍🌈", "👍🏽 ok", "🇩🇪🇫🇷", "1️⃣", "a👋b", "x😀😃y", "漢字kanji漢",
    "中 文 with 空格", "。,!?:;「」『』",
    "カタカナ ｶﾀｶﾅ ガ が", "한글 한글", "\u1112\u1161\u11ab", "𠀀𪚥 rare", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚", "שָׁלוֹם", "كِتَابٌ", "नमस्ते", "ไทยคำ",
    "it's we're I've I'm he'll she'd don't", "IT'S WE'RE I'M", "'s't 're", "''s '' '", "o'clock rock'n'roll",
    "x=1+2*3/4-5^6%7", "a_b__c", "#hashtag @name $5 €5 £5 ¥5",
    "!!! ... --- ***", "a,b;c:d.e?f!g", "(a)[b]{c}<d>", "\\n \"q\" `t`",
    "http://example.org/a?b=c&d=%20", "name@example.org", "3.14 1,000,000 1e-5 0x1F", "abc123def456", "v2.0.1-rc3",
    "[CLS]", "[MASK]", "a [MASK] b", "a[MASK]b", "[mask] [Mask]", "[PAD][UNK][SEP]", "[ MASK ]", "[MASK", "[[MASK]]",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext", "the lantern<|endoftext|>the ferry",
    "Supercalifragilisticexpialidocious", "unbelievably unbelievable", "x" * 99, "x" * 100, "x" * 101, "é" * 100,
    "é" * 101, "ab" * 120, "¡¿«»„“”‚‘’‹›–—…·•", "±×÷≠≤≥∞√∑∏", "→←↑↓⇒", "½¼¾",
    "°C ‰ № ™ © ®", "\u00b4\u0060\u005e\u00a8",
    "The baker mends a lantern before breakfast.", "the old nurse isn't here, is she ?",
    "Hello , world . I 'm here , do n't go !",
    "   leading and trailing   ", "a  \n  b", "word\n\n\nword", " \n", "end with space ", "\u3000\u3000indent",
)


def sentences(count, seed=31):
    """Sentences `who does what when`, every tenth line one of the snippets."""
    numbers = random(seed)

    def one():
        who, does, what, when, end = (part[int(numbers.integers(len(part)))] for part in (WHO, DOES, WHAT, WHEN, END))
        return f"{who[0].upper()}{who[1:]} {does} {what} {when}{end}"

    return [SNIPPETS[i // 10 % len(SNIPPETS)] if i % 10 == 9 else one() for i in range(count)]


def old_characters():
    """Code points that Unicode 3.2 already assigned, whose classes have hardly moved since."""
    return [chr(c) for c in range(0x20000) if not 0xD800 <= c < 0xE000
            and unicodedata.ucd_3_2_0.category(chr(c)) not in ("Cn", "Co", "Cs")]


def mixtures(count, seed=32):
    """Strings of random characters from every script, spaces and marks between them."""
    numbers, characters = random(seed), old_characters()
    common = " \t\n.,'-!?09aeinorstAEINORST\u0301\u0308"

    def character():
        pool = common if numbers.random() < 0.6 else characters
        return pool[int(numbers.integers(len(pool)))]

    return ["".join(character() for _ in range(int(numbers.integers(3, 25)))) for _ in range(count)]

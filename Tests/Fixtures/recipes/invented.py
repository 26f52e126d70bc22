"""Lines as people and programs write them, of our own making: emoji, scripts, contractions, code, marked-up text."""
import itertools

from .writing import random

JOINER, SIXTEEN, FIFTEEN, KEYCAP = "\u200d", "\ufe0f", "\ufe0e", "\u20e3"
TONES = [chr(code) for code in range(0x1F3FB, 0x1F400)]
PEOPLE = ["👨", "👩", "🧑", "👦", "👧"]
WORDS = ("lantern", "Kettle", "map_1908", "ferryBoat", "HONEY", "x", "müller", "мост", "河", "jar2")
# Everything that is an added token in one of the tokenizers of exactness.py, and near misses.
TOKENS = ("[MASK]", "[SEP]", "<mask>", "<s>", "</s>", "<unk>", "<|endoftext|>", "<|begin_of_text|>", "<|im_start|>",
          "<extra_id_0>", "<pad>", "<left>", "<right>", "<both>", "<word>", "<Normal>", "café", "  ", "[unused1]")


def emoji():
    """Joined families, tones, flags by letters and by tags, keycaps, both variation selectors, and broken ones."""
    lines = [person + tone + " " + person + tone + JOINER + "🚀" for person in PEOPLE[:3] for tone in TONES]
    lines += [JOINER.join(people) for people in itertools.islice(itertools.permutations(PEOPLE, 4), 0, 120, 8)]
    lines += [f"{key}{SIXTEEN}{KEYCAP} {key}{KEYCAP}{key}" for key in "0123456789#*"]
    letter = lambda k: chr(0x1F1E6 + k % 26)
    lines += ["".join(letter(k * step) for k in range(step + 1)) for step in range(1, 12)]
    tags = lambda name: "🏴" + "".join(chr(0xE0000 + ord(c)) for c in name) + "\U000e007f"
    lines += [tags("gbeng"), tags("gbsct") + tags("gbwls"), tags("x")[:-1], "a" + tags("usca") + "b"]
    lines += [f"a{c}{s}b {c}{s}{c}{s}" for c in "❤☀©™⚡☺〰" for s in (SIXTEEN, FIFTEEN, "")]
    lines += ["🏳" + SIXTEEN + JOINER + "🌈", JOINER + "😀", "😀" + JOINER, TONES[0] * 2,
              "😀" * 5 + "!", "ok👍ok", " 👋\U0001f3fd ", "\U0001f1e9\U0001f1ea\U0001f1eb", SIXTEEN]
    return lines


def right_to_left():
    """Hebrew and Arabic words with vowels and digits, inside and between every directional control."""
    words = ("\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
             "\u05d9\u05b0\u05dc\u05b8\u05d3\u05b4\u05d9\u05dd",
             "\u0643\u0650\u062a\u064e\u0627\u0628", "\u0645\u062f\u0631\u0633\u0629\u061f",
             "\u0641\u0627\u0631\u0633\u06cc\u200c\u0627\u0633\u062a",
             "\u067e\u0627\u06a9\u0633\u062a\u0627\u0646\u06d4")
    controls = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    pairs = zip(controls, itertools.cycle(words), itertools.cycle(words[1:]))
    lines = [text for c, one, other in pairs
             for text in (f"{c}{one}{c} {other}", f"a{c}{one} 12{c}\u0663", f"{one}-{other}{c}",
                          f"({c}{other}) {one}،")]
    return lines + [f"{one} {other} abc {one}123" for one, other in itertools.permutations(words, 2)]


def east_asian():
    """Ideographs of every extension, kana with voicing marks, Bopomofo, Yi, descriptions, and Latin between."""
    firsts = (0x3400, 0x4DBF, 0x4E00, 0x9FA5, 0x9FFF, 0x20000, 0x2A6DF, 0x2A700, 0x2B739, 0x2B740, 0x2B820, 0x2CEB0,
              0x2EBF0, 0x2F800, 0x30000, 0x31350, 0xF900, 0xFA0E, 0xFA6A, 0x3007, 0x2E80, 0x2FF0, 0x31C0, 0x3105,
              0xA000, 0x17000, 0x1B000)
    lines = [text for c in map(chr, firsts) for text in (c, f"a{c}b{c}{c}", f"{c} 1{c}2, {c}。", f"中{c}文")]
    kana = "か\u3099 が ハ\u309aパ ﾊ\uff9fｶ\uff9e \u30fc\u30fd\u309d\u309e っゃ ㋐㌱ ア・ア".split(" ")
    lines += kana + ["x".join(kana), "「" + kana[0] + "」、" + kana[1] + "!?", " ".join(kana)]
    return lines + ["我的Python3代码2次", "ＡＢＣ１２３．！", "東京23区、大阪", "한국어 漢字 mix\u3000ｔ"]


def cases():
    """Upper and lower case where it is not one to one: sharp s, dotted I, sigma at ends, digraphs, old alphabets."""
    sigma = ("Σ", "ΑΣ", "ΑΣ.", "ΑΣΑ", "ΣΣ Α\u0345Σ", "Α.Σ", "AΣ'", "ΑΣ\u0301", "a\u00adΣb")
    odd = ("İ", "İ\u0307", "I\u0307", "i\u0307İ", "ıI", "ẞß", "ﬁﬃ", "ŉ", "ǰ", "ΐΰ", "Ǆǅǆ", "Ǳǲ",
           "Ⅰⅰ", "Ⓐⓐ", "𐐀𐐨", "ႠᲐⴀ", "Ꭰꭰᏸ", "ᲀᲈ", "\U0001e900\U0001e922",
           "ᾈᾀᾳ", "ᾼῳ", "ևՖ", "\u2126\u212a\u212b", "Ꙋꙋᲈ", "\u0345Ι", "𑢠𑣀", "µſ")
    return [text for c in sigma + odd for text in (c, f"X{c} {c}y")]


def contractions():
    """English contractions in every case behind every apostrophe, at ends and after digits."""
    lines = []
    for mark in "'’\u02bc＇`´‘":
        for end in ("s", "t", "re", "ve", "m", "ll", "d", "z"):
            ends = (end, end.upper(), end.capitalize(), end + "x")
            lines.append(" ".join("I" + mark + form for form in ends) + f" {mark}{end} 9{mark}{end}")
    return lines + ["'ſ 'S'T'RE", "don't've y'all'd've", "'tis 'twas ''s", "rock 'n' roll's", "l'été d'où", "I'll'"]


def addresses():
    """Addresses of the net and of mail, paths, versions, mark-up, formulas."""
    numbers = random(87)
    pick = lambda: WORDS[int(numbers.integers(len(WORDS)))]
    forms = ("https://{}.example/{}?{}={}#{}", "{}.{}+{}@{}.example", "/{}/{}.tar.gz", "C:\\{}\\{}.txt",
             "<{} {}=\"{}\">{}</{}>",
             "**{}** _{}_ `{}` [{}]({})", "| {} | {} |", "#{} @{} ${} %{}", "v{}.2.1-rc3+{}", "{}={}*({}+{})/{}",
             "{}, {}; {}: {}!",
             "{}...{}--{}—{}", "«{}» „{}“ “{}”", "{{{}: [{}, {}]}}", "{}\u00a0{}\u202f{}")
    return [form.format(*(pick() for _ in range(5))) for form in forms for _ in range(5)]


def code():
    """Programs with indentation by spaces and tabs, blank lines and both line ends."""
    bodies = ("def {a}({b}):{n}{t}if {b} != 0:{n}{t}{t}return {b}  # {a}{n}{n}",
              "for (int i=0;i<{b};++i) {{{n}{t}{a}[i]+=1;{n}}}{n}",
              "{{{n}{t}\"{a}\": [1, 2.5e-3],{n}{t}\"{b}\": null{n}}}",
              "SELECT {a}, {b}{n}{t}FROM t{n} WHERE {a}>='x''y';",
              "{n}{t}{t}{a}:{n}{t}{t}- {b}{n}{t}{n}{n}{t}", "let {a} = {b}?.map {{ $0 * 2 }} ?? []{n}")
    ends, tabs = ("\n", "\r\n", "\r"), ("  ", "    ", "\t", " \t")
    names = itertools.cycle(itertools.permutations(("total", "i_2", "getHTTP", "über"), 2))
    return [body.format(a=a, b=b, n=n, t=t) for body, n, t in itertools.product(bodies, ends, tabs)
            for a, b in [next(names)]]


def added():
    """Added tokens in every surrounding, and text that only looks like them."""
    forms = ("{0}", "a{0}b", " {0} ", "a {0} b", "\t{0}\n", "{0}{0}", "{0} {0},", "é{0}é", "1{0}2", "_{0}_", "中{0}文",
             "  {0}  x", "({0})", "\u0301{0}\u0301", "\u00a0{0}\u3000")
    lines = [form.format(token) for token in TOKENS for form in forms]
    for token in TOKENS[:14]:
        lines += [token[:-1], token[1:], token.upper(), token.lower(), token[:2] + " " + token[2:], token[0] + token,
                  "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in token)]
    return lines + ["[MASK]<mask><s></s>", "<|endoftext|><|begin_of_text|>", "cafe\u0301 CAFÉ",
                    "<0x41><0xE2>", "▁a ▁▁", "##a ##"]


def long():
    """Words of ten thousand letters and other long runs, as [text, count] pairs."""
    parts = (["a", 10000], ["é", 10000], ["中", 10000], ["lantern", 1500], ["x\u0301", 5000], ["9", 10000], [" ", 10000],
             ["\n", 5000], ["!", 10000], ["😀", 4000], ["\U000e0001", 2000], ["I'm ", 2500], ["[MASK]", 1000])
    lines = [[part] for part in parts]
    return lines + [[["a", 1], ["\u0301\u0323", 3000], ["b", 1]],
                    [["the ", 1], ["unbelievably", 900], [" long ", 1], ["er", 3000]],
                    [["x", 100]], [["x", 101]], [["中", 200]], [["a ", 600]], [["ab", 60], [" ", 1], ["가", 120]]]


def lines():
    return [*emoji(), *right_to_left(), *east_asian(), *cases(), *contractions(), *addresses(), *code(),
            *added(), *long()]

"""The input symbols of the language model, shared with runtime/text (see weights/FORMAT.md).

A symbol is a CMUdict phone with its stress digit (`AH0`), the same with a leading `|` where a word starts
(`|AH0`), or a silence: `<s>` opens a sentence, `,` is a phrase break, `.` `?` `!` close the sentence.
"""

VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
SILENCES = ["<s>", ",", ".", "?", "!"]
FINAL_MARKS = ".?!"
PAD = "<pad>"

PHONES = [vowel + stress for vowel in VOWELS for stress in "012"] + CONSONANTS
SYMBOLS = [PAD, *SILENCES, *PHONES, *("|" + phone for phone in PHONES)]
SYMBOL_ID = {symbol: index for index, symbol in enumerate(SYMBOLS)}


def split_symbol(symbol):
    """`|AH0` -> ("AH", 0, True): phone, stress (0 for consonants and silences), starts a word."""
    starts_word = symbol.startswith("|")
    phone = symbol[1:] if starts_word else symbol
    if phone[-1] in "012" and phone[:-1] in VOWELS:
        return phone[:-1], int(phone[-1]), starts_word
    return phone, 0, starts_word

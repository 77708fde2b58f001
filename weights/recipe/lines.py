"""Counts run-aways, skips and repeats over many lines.

    python3 lines.py [--weights ../small] [--lines 500] [--temperature 0.0] [--results ../../checkpoints/lines.jsonl] [--out table.md]

The first BARKS lines are single words, no two the same; the others are made like those of the corpus, from seeds that prepare.py does
not use. Nothing is left out: a short line may be in the corpus too. Held-out speakers of the teacher's voices speak in turn. A line
runs away when it does not stop by itself or is too long for its teacher. A word is skipped by the pointer when that rested on none
of its symbols; words that the teacher speaks in less than a frame do not count, for they fall between two. By ear: recogniser.py
names the phones, and they are aligned with the symbols. A word of which at most HEARD_SHARE is heard is skipped; REPEATED or more
phones in a row that nobody asked for are a repeat. (The pointer never goes back, so that repeats do not show in its path.) The
recogniser errs too: the teacher's own figures say how much. What was heard is kept in --results: a run that was stopped goes on.
"""

import argparse
import itertools
import random
from functools import lru_cache

import torch

from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from evaluate import held_out_speakers, publish, skipped_words, speak_item, speaker_of, word_spans
from instruments import RECOGNISER
from kept_lines import KeptLines, identity_of
from markdown_table import table
from measured import add_model_options, measured_files, measured_models
from phonemes import align
from prepare import CMUDICT, VOICE_SHARE, WORD_LIST, held_out_sentences, load_words, synthesise
from recogniser import hear_phones, load_recogniser, phones_of
from sentences import WORD_CLASSES, make_sentence
from symbols import SILENCES

VOICES = tuple(VOICE_SHARE)
BARKS, BARK_CLASSES = 100, ("greeting", "name", "person", "verb")
LONGEST, SHORTEST, LENGTH_MARGIN = 1.25, 0.8, 0.25  # times the teacher's length; seconds beyond
FRAME_SECONDS = SAMPLES_PER_LATENT / SAMPLE_RATE_HZ
HEARD_SHARE = 0.25  # of a word's phones: one may be heard by chance in what is said round a word of four
REPEATED = 3  # phones
TEACHER = "the teacher's"
COUNTS = ("run-aways", "too short", "skips by pointer", "of them by ear", "skips by ear", TEACHER, "repeats by ear", TEACHER)


def bark_texts():
    """All one-word lines, no two the same."""
    return [word + "!" for word in dict.fromkeys(word for name in BARK_CLASSES for word in WORD_CLASSES[name].split())]


def texts_of(number):
    """What line `number` may say."""
    if number < BARKS:
        return bark_texts()[number::BARKS]
    cmudict, words = load_words(CMUDICT, WORD_LIST)
    rng = random.Random(f"line {number}")
    return (make_sentence(rng, words, cmudict) for _ in itertools.count())


def speaker_of_line(number, speakers):
    """(voice, place among its speakers) of line `number`: the voices in turn, and the speakers of each. speakers: {voice: [speaker]}"""
    voice = VOICES[number % len(VOICES)]
    return voice, number // len(VOICES) % len(speakers[voice])


def teach(texts, speaker):
    """(int16 samples, utterance) of the first of the texts that flite speaks as it is written."""
    cmudict, _ = load_words(CMUDICT, WORD_LIST)
    return next(filter(None, (synthesise(text, speaker, cmudict) for text in texts)))


def overlong(line):
    return line["length"] > LONGEST * line["taught"] + LENGTH_MARGIN * SAMPLE_RATE_HZ


def too_short(line):
    return line["length"] < SHORTEST * line["taught"] - LENGTH_MARGIN * SAMPLE_RATE_HZ


def skipped_by_pointer(line):
    """Spans of the words of a frame or more that the pointer left out."""
    ends = line["ends"]
    return [span for span in skipped_words(line["path"], line["symbols"]) if ends[span[1] - 1] - ends[span[0] - 1] >= FRAME_SECONDS]


def matched_phones(symbols, heard):
    """[heard] the place among the symbols of every phone heard; None where it was not asked for."""
    places = [place for place, symbol in enumerate(symbols) if symbol not in SILENCES]
    matched, _ = align(heard, [(phone,) for phone in phones_of(symbols)])
    return [None if index is None else places[index] for index in matched]


def skipped_by_ear(symbols, heard):
    """Spans of the words of whose phones at most HEARD_SHARE is heard."""
    matched = matched_phones(symbols, heard)
    right = {place for place, phone in zip(matched, heard) if place is not None and phones_of([symbols[place]]) == [phone]}
    return [span for span in word_spans(symbols) if len(right & set(range(*span))) <= HEARD_SHARE * (span[1] - span[0])]


def repeats_by_ear(symbols, heard):
    """[phones] of every run of REPEATED or more that nobody asked for."""
    runs = itertools.groupby(zip(heard, matched_phones(symbols, heard)), key=lambda pair: pair[1] is None)
    unasked = [[phone for phone, _ in run] for is_unasked, run in runs if is_unasked]
    return [phones for phones in unasked if len(phones) >= REPEATED]


def faults_of(line):
    """[COUNTS] of a line, and [str] what is wrong with it."""
    symbols, pointer = line["symbols"], skipped_by_pointer(line)
    ear, teacher_ear = (skipped_by_ear(symbols, line[heard]) for heard in ("heard", "teacher_heard"))
    repeats, teacher_repeats = (repeats_by_ear(symbols, line[heard]) for heard in ("heard", "teacher_heard"))
    ran_away = line["ending"] != "stopped" or overlong(line)
    lengths = f"{line['length'] / line['taught']:.2f} of the teacher's length"
    told = [f"run-away: {line['ending']}, {lengths}"] * ran_away + [f"too short: {lengths}"] * too_short(line)
    for span in word_spans(symbols):
        ways = [name for name, spans in (("pointer", pointer), ("ear", ear), ("ear in the teacher's", teacher_ear)) if span in spans]
        if ways and ways != ["ear in the teacher's"]:
            told.append(f"{'-'.join(phones_of(symbols[slice(*span)]))} skipped by {' and by '.join(ways)}")
    told += [f"{'-'.join(phones)} repeated" for phones in repeats]
    confirmed = sum(span in ear for span in pointer)
    return [ran_away, too_short(line), len(pointer), confirmed, len(ear), len(teacher_ear), len(repeats), len(teacher_repeats)], told


def report(lines, temperature):
    """The table of {number: line} and the lines with faults, as text."""
    faults = {number: faults_of(line) for number, line in lines.items()}
    belongs = {"one-word barks": lambda number: number < BARKS, "sentences": lambda number: number >= BARKS}
    belongs |= {voice: lambda number, voice=voice: lines[number]["voice"] == voice for voice in VOICES} | {"all": lambda number: True}
    groups = {name: [*filter(belong, lines)] for name, belong in belongs.items()}
    rows = []
    for name, numbers in ((name, numbers) for name, numbers in groups.items() if numbers):
        words = sum(len(word_spans(lines[number]["symbols"])) for number in numbers)
        sums = [sum(column) for column in zip(*(faults[number][0] for number in numbers))]
        rows.append([name, f"{len(numbers)}", f"{words}", *map(str, sums)])
    ratios = [line["length"] / line["taught"] for line in lines.values()]
    lengths = f"length {min(ratios):.2f}-{max(ratios):.2f} of the teacher's"
    notes = f"{len(lines)} lines of held-out speakers of {', '.join(VOICES)}, temperature {temperature}; {lengths}."
    faulty = ((number, lines[number], what) for number, (_, what) in faults.items() if what)
    told = [f"- {number} ({line['voice']}) {line['text']} {'; '.join(what)}" for number, line, what in faulty]
    return "\n".join([notes, "", table(["lines", "count", "words", *COUNTS], rows), "Lines with faults:", "", *told]) + "\n"


def speak_line(number, temperature, models, recogniser, speaker, latent):
    """All that is kept of a line, said by a speaker who has such a latent."""
    teacher, utterance = teach(texts_of(number), speaker)
    generator = torch.Generator().manual_seed(number)
    samples, path, ending = speak_item(models, utterance, temperature, generator, latent)
    return {name: utterance[name] for name in ("text", "symbols", "ends")} | {
        "voice": speaker["voice"],
        "taught": len(teacher),
        "length": len(samples),
        "path": path,
        "ending": ending,
        "heard": hear_phones(recogniser, samples),
        "teacher_heard": hear_phones(recogniser, teacher),
    }


def speak_lines(args, kept):
    """Has the lines spoken that are not known yet."""
    torch.set_num_threads(1)
    models, recogniser, speakers = measured_models(args), load_recogniser(args.recogniser), held_out_speakers(VOICES)
    latent_of = lru_cache(maxsize=None)(lambda voice, place: speaker_of(models[1], teach(held_out_sentences(), speakers[voice][place])[0]))
    for number in range(args.lines):
        if number not in kept.said("line", 0):
            voice, place = speaker_of_line(number, speakers)
            spoken = speak_line(number, args.temperature, models, recogniser, speakers[voice][place], latent_of(voice, place))
            kept.add("line", 0, number, spoken)
            print(f"line {number + 1}", flush=True)


def count_faults(args):
    """The report."""
    identity = identity_of([*measured_files(args), args.recogniser], [f"temperature {args.temperature}"])
    kept = KeptLines(args.results, identity)
    speak_lines(args, kept)
    said = kept.said("line", 0)
    return report({number: said[number] for number in range(args.lines)}, args.temperature)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_model_options(parser)
    parser.add_argument("--recogniser", default=RECOGNISER)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--results", default="../../checkpoints/lines.jsonl", help="file in which lines are kept")
    parser.add_argument("--out")
    args = parser.parse_args()
    publish(count_faults(args), args)

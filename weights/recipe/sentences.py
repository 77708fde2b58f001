"""Sentences for the synthetic corpus: game barks, dialogue, questions, numbers, names, long sentences.

Half of them come from a small grammar of game speech, so that the rhythm of real lines is learned; the other half
are strings of common function words and random dictionary words, so that every pair of English phonemes occurs.
All words are in CMUdict, lower case, with `,` inside and one of `.?!` at the end.
"""

import re
from pathlib import Path

FUNCTION_WORDS = (
    "the a an of to in on for with and but or that this these his her our your my their from at by as it he she they "
    "we you i is was are were will can must should would has have had not no all some every any if when then there "
    "here who what where how why just only never always so very too up down out off over under again"
).split()

WORD_CLASSES = {
    "person": "guard captain king queen blacksmith merchant wizard witch farmer thief knight healer hunter stranger "
    "traveler brother sister mother father daughter son child soldier priest baker miller sailor fisherman innkeeper "
    "scholar bandit prince princess wanderer shepherd giant goblin dragon ghost wolf spider rat bear doctor teacher",
    "place": "village castle forest river mountain bridge market tavern temple harbor cave tower gate road field mine "
    "garden city island desert valley dungeon library chapel stable mill farm graveyard cellar house shop camp ruins "
    "swamp lighthouse square fountain crossroads kitchen inn well",
    "thing": "sword shield bow arrow potion key map lantern torch gold silver coin bread apple cheese water fish meat "
    "rope book letter ring crown cloak horse cart boat hammer axe helmet armor candle bottle stone gem scroll staff "
    "boots gloves knife spell song story chest door fire bell barrel basket blanket",
    "adjective": "old young dark bright cold warm strange ancient broken heavy quiet dangerous brave cruel gentle "
    "hungry tired lost hidden empty golden silver red blue green black white small large tall short sharp quick slow "
    "early late clean dirty rich poor angry happy sad lucky wild frozen burning forgotten secret holy deep high",
    "verb": "find take bring carry follow watch see hear help fight kill save open close break steal sell buy give "
    "hold leave reach guard hide cross climb burn build choose clean cook count cut catch drop fear fetch forget know "
    "lose love make need want meet move pay read remember send show teach tell throw trust visit wash",
    "past": "found took brought carried followed watched saw heard helped fought killed saved opened closed broke stole "
    "sold bought gave held left reached guarded hid crossed climbed burned built chose lost made met moved paid read "
    "remembered sent showed taught told threw trusted visited",
    "adverb": "quickly slowly quietly again tonight today tomorrow yesterday soon always never here there now carefully "
    "together alone already almost still perhaps maybe once twice",
    "time": "morning evening night midnight sunrise sunset noon winter summer spring autumn week month year day hour",
    "number": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety",
    "big": "hundred thousand million",
    "greeting": "hello welcome greetings farewell goodbye hey halt wait stop careful listen quiet look run sorry thanks "
    "please yes no never indeed certainly attention help fire hurry enough silence well",
    "name": "marcus helen roland edgar alice victor diana simon oliver martha hector clara felix iris leo nora otto ruth "
    "arthur beatrice conrad dorothy edmund flora gareth hugo ivan julia karl linda magnus nadia oscar paula quentin "
    "rosa stefan theo ursula vera walter xavier yvonne zachary",
}

TEMPLATES = """
{greeting} !|{greeting} , {person} !|{greeting} {adverb} !|{verb} it !|{verb} the {thing} !|{verb} me !|who goes there ?
over here !|come {adverb} .|behind you !|not {adverb} .|get out !|my {thing} !|a {person} !|to the {place} !|leave me alone .
what do you want ?|what was that ?|where is the {person} ?|i need a {thing} .|you again ?|{number} coins .|good {time} .
good {time} , {person} .|stay away from the {place} .|i will {verb} you !|{name} !|{name} , wait !|hello {name} .|it hurts !
have you seen my {thing} ?|the {adjective} {person} {past} the {thing} .|i {past} a {adjective} {thing} in the {place} .
the {place} is {adjective} at {time} .|can you {verb} the {thing} for me ?|who {past} the {adjective} {thing} ?
do not {verb} the {person} , he is {adjective} .|we must {verb} the {place} before {time} .|is the {place} {adverb} open ?
bring me {number} {thing} s and a {adjective} {thing} .|the {person} of the {place} is my {person} .|why did she {verb} it ?
i have {number} {big} {number} coins .|it costs {number} gold coins .|the year was {number} {big} and {number} .
my name is {name} , and i am the {person} here .|{name} the {adjective} {past} our {place} {number} years ago .
if you {verb} the {thing} , the {person} will {verb} you .|when the {time} came , we {past} the {place} and {past} the {thing} .
they say that a {adjective} {person} still lives in the {adjective} {place} near the {place} , but nobody {past} him .
i was a {person} once , then i {past} a {thing} , and now i {verb} the {place} every {time} .|nobody {past} the {thing} .
beware of the {adjective} {person} , {name} .|how many {person} s are in the {place} ?|there are {number} of them , {person} .
the {thing} , the {thing} and the {thing} are all yours .|would you like to {verb} a {adjective} {thing} , {person} ?
you should {verb} to {name} , she {past} the {person} in the {place} {adverb} .|that {thing} belongs to {name} !
i would rather {verb} a {person} than {verb} another {adjective} {thing} .|the road to the {place} is {adjective} .
""".replace("\n", "|").strip("|").split("|")

# Spoken by the wider speakers: hesitation, interjections, lists, questions, short calls.
MORE_TEMPLATES = """
um , {verb} the {thing} .|uh , i {past} it {adverb} .|well , um , the {place} is {adjective} .|er , no .|hm , a {adjective} {thing} .
hmm , who {past} it ?|ha ha , you {past} the {thing} !|ha ha ha !|oh , {name} !|oh no !|ah , the {person} .|ugh , {adjective} {thing} s .
huh ?|huh , what was that ?|whoa !|wow , a {thing} !|ouch !|aha !|aha , the {thing} !|hey , {name} !|shh , {adverb} .|yikes !|oops , sorry .|phew !
{number} {thing} s , {number} {thing} s and a {thing} .|{thing} , {thing} , {thing} , {thing} .|{name} , {name} and {name} .
the {person} , the {person} , and the {adjective} {person} .|{number} , {number} , {number} , {greeting} !|first the {thing} , then the {thing} .
what ?|who ?|why not ?|where to ?|really ?|is it {adjective} ?|did you {verb} it ?|are you {name} ?|shall we {verb} {adverb} , or {verb} ?
{verb} !|{verb} , {verb} , {verb} !|{name} !|{thing} s !|{adverb} !|now !|go !|no !|yes !|help me !|up here !|to me , {person} s !|{number} more .
wait , wait , i {past} the {thing} .|i , uh , i need the {thing} .|it was , er , {adjective} .|you see , {name} , we {verb} {adverb} .
""".replace("\n", "|").strip("|").split("|")


def plural(text):
    """Joins the template's `{thing} s`; words that take `es` keep a readable spelling."""
    return re.sub(r"(\w+) s\b", lambda m: m[1] + ("es" if m[1].endswith(("s", "x", "sh", "ch")) else "s"), text)


def fill_template(rng, classes, templates):
    text = re.sub(r"\{(\w+)\}", lambda m: rng.choice(classes[m[1]]), rng.choice(templates))
    return re.sub(r" ([,.?!])", r"\1", plural(text))


def random_words(rng, content_words, shortest, longest):
    count = rng.randint(shortest, longest)
    words = [rng.choice(FUNCTION_WORDS if rng.random() < 0.4 else content_words) for _ in range(count)]
    if count > 5 and rng.random() < 0.4:
        words[rng.randint(1, count - 3)] += ","
    return " ".join(words) + rng.choice("....?!")


def make_sentence(rng, content_words, cmudict, templates=TEMPLATES):
    """One sentence whose words are all in CMUdict. `rng` is a random.Random."""
    classes = {name: words.split() for name, words in WORD_CLASSES.items()}
    while True:
        kind = rng.random()
        if kind < 0.5:
            text = fill_template(rng, classes, templates)
        elif kind < 0.60:
            text = random_words(rng, content_words, 1, 3)
        elif kind < 0.95:
            text = random_words(rng, content_words, 3, 10)
        else:
            text = random_words(rng, content_words, 11, 18)
        if all(word in cmudict for word in re.findall(r"[a-z']+", text)):
            return text


def content_words(cmudict, word_list_path):
    """Dictionary words without names: in CMUdict and in lower case in the word list (Debian `wamerican`)."""
    listed = set(Path(word_list_path).read_text(encoding="utf-8").split("\n"))
    return sorted(word for word in cmudict if word in listed and word.isalpha() and 2 < len(word) < 12)

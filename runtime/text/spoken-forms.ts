/**
 * Common words as the teacher of the acoustic model says them, with the stress its training labels carry, where the
 * dictionary's first entry differs.
 */
const COMMON_WORDS = `
and AE0 N D
to T AH1
here HH IH1 R
hear HH IH1 R
poor P UH1 R
wind W IH1 N D
you're Y AO1 R
st S EY1 N T
dr D AA1 K T ER0
a.m. EY1 EH1 M
p.m. P IY1 EH1 M
`;

/** Noises and exclamations: many have no vowel letter, so neither spelling rules nor letter names would do. */
const INTERJECTIONS = `
hmm HH AH1 M
hm HH AH1 M
hmmm HH AH1 M
mm AH1 M
mmm AH1 M
mhm AH0 M HH AH1 M
shh SH AH1
sh SH AH1
psst P IH1 S T
pst P IH1 S T
pfft P F AH1 T
pff P F AH1
tsk T IH1 S K
tch T IH1 CH
grr G ER1
grrr G ER1
brr B ER1
brrr B ER1
zz Z IH1 Z
argh AA1 R G
arg AA1 R G
aargh AA1 R G
arr AA1 R
ahh AA1
aah AA1
aa AA1
aaa AA1
oo UW1
ee IY1
soo S OW1
noo N OW1
gah G AA1
nah N AA1
ugh AH1 G
uh AH1
um AH1 M
er ER1
eh EH1
meh M EH1
heh HH EH1
ow AW1
aye AY1
huh HH AH1
ooh UW1
oof UW1 F
ew Y UW1
eww Y UW1
eek IY1 K
yay Y EY1
oi OY1
nope N OW1 P
yep Y EH1 P
yup Y AH1 P
okey OW1 K IY0
`;

/** Words of games and fantasy that the dictionary lacks or has only as surnames. */
const GAME_WORDS = `
orc AO1 R K
lich L IH1 CH
mage M EY1 JH
wyvern W AY1 V ER0 N
cthulhu K AH0 TH UW1 L UW0
kobold K OW1 B AO2 L D
golem G OW1 L AH0 M
drow D R AW1
naga N AA1 G AH0
chimera K AY0 M IH1 R AH0
hydra HH AY1 D R AH0
halberd HH AE1 L B ER0 D
katana K AH0 T AA1 N AH0
scythe S AY1 DH
grimoire G R IH0 M W AA1 R
mana M AA1 N AH0
ettin EH1 T IH0 N
fae F EY1
fey F EY1
djinn JH IH1 N
eldritch EH1 L D R IH0 CH
tavern T AE1 V ER0 N
apothecary AH0 P AA1 TH AH0 K EH2 R IY0
thane TH EY1 N
jarl Y AA1 R L
respawn R IY0 S P AO1 N
cooldown K UW1 L D AW2 N
roguelike R OW1 G L AY2 K
loot L UW1 T
nerf N ER1 F
noob N UW1 B
emote IY1 M OW2 T
`;

/** What letters are called. */
const LETTER_NAMES = `
a EY1
b B IY1
c S IY1
d D IY1
e IY1
f EH1 F
g JH IY1
h EY1 CH
i AY1
j JH EY1
k K EY1
l EH1 L
m EH1 M
n EH1 N
o OW1
p P IY1
q K Y UW1
r AA1 R
s EH1 S
t T IY1
u Y UW1
v V IY1
w D AH1 B AH0 L Y UW0
x EH1 K S
y W AY1
z Z IY1
`;

function parseTable(table: string): [string, readonly string[]][] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [word = "", ...phones] = line.split(" ");
      return [word, phones];
    });
}

/** Pronunciations that go before the dictionary's. */
export const spokenForms: ReadonlyMap<string, readonly string[]> = new Map(
  [COMMON_WORDS, INTERJECTIONS, GAME_WORDS].flatMap(parseTable),
);

/** The names of the letters a-z. */
export const letterNames: ReadonlyMap<string, readonly string[]> = new Map(parseTable(LETTER_NAMES));

/** Words that names of places, houses and heroes are built from, as first or last part. */
const NAME_PARTS: ReadonlySet<string> = new Set(
  `arrow ash axe bane beard bear black blade blood bloom blue bone born bow breaker bridge bringer bright brook burg
   castle claw cloak cloud crag craft crest crow crown dale dark dawn death deep den doom dragon dream dusk eagle earth
   edge ember eye fall falls fang feather fell field fire fist flame flower foot ford forge fort frost fury gate ghost
   glen gloom gold golden grave gray green grey grim guard hammer hand hart haven hawk heart hearth helm hide high hill
   hold hollow hood horn house hunter ice iron keep keeper kin king lake land light lion lord maker man mane mark marsh
   master mere mill mist moon moor mount night oak peak pike pine point pool port queen rain raven reach red ridge river
   road rock root run rune sand scale sea shadow shield shire shore silver singer sky slayer snow song spear spell spine
   spire spring star steel stone storm stream strider sun swift sword tail thorn thunder tide tooth tower town tree vale
   valley veil view walker wall ward watch water weaver well west whisper white wild wind wing winter wolf wood woods
   world worm wraith`.split(/\s+/),
);

const SHORTEST_PART = 3;

type Lookup = (word: string) => readonly string[] | undefined;

/** In a second part, primary stress becomes secondary. */
function unstress(phones: readonly string[]): string[] {
  return phones.map((phone) => phone.replace("1", "2"));
}

/**
 * A word joined from two known ones of which at least one is a usual part of names ("Whiterun", "Stormcloak"), so that
 * the guess is not led astray by letters that meet at the seam.
 * @returns undefined when the word is no such compound
 */
export function compoundPronunciation(word: string, lookup: Lookup): readonly string[] | undefined {
  for (let seam = word.length - SHORTEST_PART; seam >= SHORTEST_PART; seam--) {
    const [left, right] = [word.slice(0, seam), word.slice(seam)];
    const usual = Number(NAME_PARTS.has(left)) + Number(NAME_PARTS.has(right));
    if (usual === 0 || (usual === 1 && word.length < 3 * SHORTEST_PART - 1)) continue;
    const [first, second] = [lookup(left), lookup(right)];
    if (first !== undefined && second !== undefined) return [...first, ...unstress(second)];
  }
  return undefined;
}

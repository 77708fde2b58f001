/** The fifteen mouth shapes of the Oculus lip-sync set. */
export type Viseme =
  "sil" | "PP" | "FF" | "TH" | "DD" | "kk" | "CH" | "SS" | "nn" | "RR" | "aa" | "E" | "I" | "O" | "U";

const PHONES_OF_VISEME: readonly (readonly [Viseme, string])[] = [
  ["PP", "P B M"],
  ["FF", "F V"],
  ["TH", "TH DH"],
  ["DD", "T D"],
  ["kk", "K G NG HH"],
  ["CH", "CH JH SH ZH"],
  ["SS", "S Z"],
  ["nn", "N L"],
  ["RR", "R ER"],
  ["aa", "AA AE AH AY AW"],
  ["E", "EH EY"],
  ["I", "IH IY Y"],
  ["O", "AO OW OY"],
  ["U", "UH UW W"],
];

const VISEME_OF_PHONE: ReadonlyMap<string, Viseme> = new Map(
  PHONES_OF_VISEME.flatMap(([viseme, list]) => list.split(" ").map((phone) => [phone, viseme] as const)),
);

/** The mouth shape of a symbol put out by `phonemize`; silences, marks and anything unknown close the mouth. */
export function visemeOf(symbol: string): Viseme {
  return VISEME_OF_PHONE.get(symbol.replace(/^\|/, "").replace(/[012]$/, "")) ?? "sil";
}

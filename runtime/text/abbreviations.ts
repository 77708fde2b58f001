/** Said in full; the dot belongs to them, since a name or number follows. */
export const TITLES: ReadonlyMap<string, string> = new Map([
  ["mr", "mister"],
  ["mrs", "missus"],
  ["ms", "miz"],
  ["dr", "doctor"],
  ["prof", "professor"],
  ["capt", "captain"],
  ["cpt", "captain"],
  ["lt", "lieutenant"],
  ["sgt", "sergeant"],
  ["cpl", "corporal"],
  ["pvt", "private"],
  ["col", "colonel"],
  ["gen", "general"],
  ["maj", "major"],
  ["cmdr", "commander"],
  ["adm", "admiral"],
  ["rev", "reverend"],
  ["hon", "honorable"],
  ["gov", "governor"],
  ["sen", "senator"],
  ["mt", "mount"],
  ["ft", "fort"],
  ["vs", "versus"],
  ["approx", "approximately"],
  ["fig", "figure"],
  ["vol", "volume"],
  ["lv", "level"],
  ["ch", "chapter"],
  ["pg", "page"],
]);

/** Said in full; they may end a sentence, and then their dot ends it too. */
export const TRAILING: ReadonlyMap<string, string> = new Map([
  ["etc", "et cetera"],
  ["jr", "junior"],
  ["sr", "senior"],
  ["inc", "incorporated"],
  ["corp", "corporation"],
  ["ltd", "limited"],
  ["co", "company"],
  ["ave", "avenue"],
  ["blvd", "boulevard"],
  ["dept", "department"],
  ["est", "established"],
  ["min", "minimum"],
  ["max", "maximum"],
  ["lvl", "level"],
  ["jan", "january"],
  ["feb", "february"],
  ["aug", "august"],
  ["sept", "september"],
  ["oct", "october"],
  ["nov", "november"],
  ["dec", "december"],
]);

/** Abbreviations that need no dot to be known. */
export const DOTLESS: ReadonlyMap<string, string> = new Map([
  ["mr", "mister"],
  ["mrs", "missus"],
  ["dr", "doctor"],
  ["sgt", "sergeant"],
  ["capt", "captain"],
  ["vs", "versus"],
  ["etc", "et cetera"],
  ["lvl", "level"],
  ["lv", "level"],
  ["omg", "oh my god"],
  ["dmg", "damage"],
  ["pls", "please"],
  ["plz", "please"],
  ["thx", "thanks"],
  ["btw", "by the way"],
  ["brb", "be right back"],
  ["idk", "I don't know"],
  ["imo", "in my opinion"],
]);

/** Written with inner dots. */
export const DOTTED: ReadonlyMap<string, string> = new Map([
  ["e.g.", "for example"],
  ["i.e.", "that is"],
  ["a.m.", "a.m."],
  ["p.m.", "p.m."],
  ["ph.d.", "p h d"],
]);

/** Capitals that are spelled even though they could be read as a word. */
export const ACRONYMS: ReadonlySet<string> = new Set(
  `AI AOE AC API BBC CD CEO CIA CPU DC DIY DJ DLC DM DNA DPS DVD EU FAQ FBI FPS GM GPS GPU HP HQ ID IRS
   IOU JPG KO LA MC MMO MMORPG MP NPC PC PM PNG PR PS PVE PVP RPG RTS SMS SOS SP TNT TV UFO UI UK UN URL USA USB
   UV VIP VR WWW XL XP`.split(/\s+/),
);

/** Capitals with a reading of their own. */
export const CAPITALS_READ_AS: ReadonlyMap<string, string> = new Map([
  ["EXP", "experience"],
  ["OK", "okay"],
  ["NASA", "nasa"],
  ["ASAP", "as soon as possible"],
  ["LVL", "level"],
  ["HUD", "hud"],
]);

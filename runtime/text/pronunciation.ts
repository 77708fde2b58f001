import { VoiceTextError } from "../errors.ts";
import { CONSONANTS, isVowel, VOWELS } from "./phones.ts";

function checkPhone(phone: string, owner: string): void {
  const [, base = "", stress = ""] = /^([A-Z]+)([012]?)$/.exec(phone) ?? [];
  if (VOWELS.has(base) || (CONSONANTS.has(base) && stress === "")) return;
  throw new VoiceTextError(
    `${owner} has the phone "${phone}", which is not ARPAbet. Allowed: the vowels ${[...VOWELS].join(" ")}, each with ` +
      `an optional stress digit 0, 1 or 2, and the consonants ${[...CONSONANTS].join(" ")}. ` +
      `Write phones with spaces between them, as in "W AY1 T R AH0 N".`,
  );
}

/** Vowels without a digit get stress 1 if they are the word's first vowel, else 0. */
function addStress(list: readonly string[]): string[] {
  let vowelSeen = false;
  return list.map((phone) => {
    if (!isVowel(phone)) return phone;
    const stressed = /[012]$/.test(phone) ? phone : phone + (vowelSeen ? "0" : "1");
    vowelSeen = true;
    return stressed;
  });
}

/**
 * Reads phones written by a person, such as "W AY1 T" or "w ay t".
 * @param written ARPAbet phones with spaces between them
 * @param owner what the phones belong to, for the error message
 * @throws VoiceTextError when there is no phone or an unknown one
 */
export function parsePronunciation(written: string, owner: string): readonly string[] {
  const list = written.trim().toUpperCase().split(/\s+/).filter(Boolean);
  if (list.length === 0) {
    throw new VoiceTextError(
      `${owner} has no phones. Write at least one ARPAbet phone, as in "W AY1 T R AH0 N".`,
    );
  }
  for (const phone of list) checkPhone(phone, owner);
  return addStress(list);
}

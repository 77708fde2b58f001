import { describe, expect, it } from "vitest";
import { said } from "./said.ts";

/** Each written form is said like the words beside it. */
const SAME: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "cardinal numbers": [
    ["1,234", "one thousand two hundred thirty four"],
    ["0", "zero"],
    ["1000000", "one million"],
    ["I have 12 potions.", "I have twelve potions."],
    ["3.14", "three point one four"],
    ["a .5 chance", "a point five chance"],
    ["-5 degrees", "minus five degrees"],
    ["+5", "plus five"],
    ["007", "zero zero seven"],
    ["1500 gold", "one thousand five hundred gold"],
    ["1500 soldiers", "one thousand five hundred soldiers"],
    ["3 gold", "three gold"],
  ],
  ordinals: [
    ["1st", "first"],
    ["22nd", "twenty second"],
    ["13th", "thirteenth"],
    ["100th", "one hundredth"],
    ["the 3rd", "the third"],
  ],
  years: [
    ["in 1984", "in nineteen eighty four"],
    ["in 1905", "in nineteen oh five"],
    ["in 1900", "in nineteen hundred"],
    ["2005", "two thousand five"],
    ["2026", "twenty twenty six"],
    ["the 1900s", "the nineteen hundreds"],
    ["the 80s", "the eighties"],
    ["in 1066", "in ten sixty six"],
    ["1066", "one thousand sixty six"],
    ["1914-1918", "nineteen fourteen to nineteen eighteen"],
  ],
  money: [
    ["$3.50", "three dollars and fifty cents"],
    ["$1", "one dollar"],
    ["£5", "five pounds"],
    ["€20", "twenty euros"],
    ["$0.99", "ninety nine cents"],
    ["$5 million", "five million dollars"],
    ["$1,200", "one thousand two hundred dollars"],
  ],
  "times and dates": [
    ["3:30", "three thirty"],
    ["3:05 pm", "three oh five p.m."],
    ["3:00", "three o'clock"],
    ["15:00", "fifteen hundred"],
    ["7 pm", "seven p.m."],
    ["12/25/2024", "december twenty fifth twenty twenty four"],
    ["2024-12-25", "december twenty fifth twenty twenty four"],
    ["25/12/2024", "december twenty fifth twenty twenty four"],
    ["on June 5", "on june fifth"],
    ["on 5 June", "on fifth june"],
  ],
  "fractions, percentages, ratios": [
    ["50%", "fifty percent"],
    ["1/2", "one half"],
    ["3/4", "three quarters"],
    ["2 1/2", "two and a half"],
    ["2½", "two and a half"],
    ["45/100", "forty five out of one hundred"],
    ["24/7", "twenty four seven"],
  ],
  units: [
    ["10kg", "ten kilograms"],
    ["1kg", "one kilogram"],
    ["5m", "five meters"],
    ["3km", "three kilometers"],
    ["20ft", "twenty feet"],
    ["30s", "thirty seconds"],
    ["2x", "two times"],
    ["50k", "fifty thousand"],
    ["60 km/h", "sixty kilometers per hour"],
    ["20°C", "twenty degrees celsius"],
  ],
  "ranges, dice, codes": [
    ["3-5", "three to five"],
    ["10–20 gold", "ten to twenty gold"],
    ["2d6", "two dee six"],
    ["2d6+3", "two dee six plus three"],
    ["d20", "dee twenty"],
    ["No. 5", "number five"],
    ["#5", "number five"],
    ["1.2.3", "one point two point three"],
    ["555-1234", "five five five one two three four"],
    ["12345678901", "one two three four five six seven eight nine zero one"],
    ["lvl5", "level five"],
    ["Lv. 30", "level thirty"],
    ["£2/unit", "two pounds per unit"],
  ],
  abbreviations: [
    ["Mr. Smith", "Mister Smith"],
    ["Mrs. Smith", "Missus Smith"],
    ["Dr. Smith", "Doctor Smith"],
    ["Capt. Hook", "Captain Hook"],
    ["Lt. Dan", "Lieutenant Dan"],
    ["Sgt. Gray", "Sergeant Gray"],
    ["Prof. Oak", "Professor Oak"],
    ["Sam Jr. left", "Sam junior left"],
    ["St. Peter", "saint Peter"],
    ["Main St. is near", "Main street is near"],
    ["cats, dogs, etc.", "cats, dogs, et cetera."],
    ["orcs vs. elves", "orcs versus elves"],
    ["e.g. this", "for example this"],
    ["i.e. this", "that is this"],
  ],
  "Roman numerals": [
    ["Henry VIII", "Henry the eighth"],
    ["World War II", "World War two"],
    ["Chapter IV", "Chapter four"],
    ["Part I", "Part one"],
    ["King Alduin II", "King Alduin the second"],
    ["Final Fantasy VII", "Final Fantasy seven"],
    ["Louis XIV's heir", "Louis the fourteenth's heir"],
    ["MIX it", "mix it"],
  ],
  capitals: [
    ["GIVE IT TO US", "give it to us"],
    ["STOP", "stop"],
    ["NASA", "nasa"],
  ],
  "markup and decoration": [
    ["*sighs* Fine.", "Fine."],
    ["*nervously adjusts his hat* Fine.", "Fine."],
    ["*cough* Fine.", "Fine."],
    ["This is *very* good.", "This is very good."],
    ["This is **very** good.", "This is very good."],
    ["**walks** away", "walks away"],
    ["_well_ `now`", "well now"],
    ["<b>bold</b> words", "bold words"],
    ["Hello 😀 there 🗡️", "Hello there"],
    ["Hello :) there", "Hello there"],
    ["“Smart” ‘quotes’", "smart quotes"],
    ["don’t", "don't"],
    ["===== Hello =====", "Hello"],
  ],
  symbols: [
    ["you & me", "you and me"],
    ["me @ home", "me at home"],
    ["3 + 4 = 7", "three plus four equals seven"],
    ["100 % sure", "one hundred percent sure"],
    ["~5", "about five"],
    ["#quest", "hashtag quest"],
  ],
  addresses: [
    ["https://www.example.com/foo", "example dot com slash foo"],
    ["bob@example.org", "bob at example dot org"],
    ["example.com", "example dot com"],
  ],
  "stretched and accented words": [
    ["Nooooo", "no"],
    ["Yesss", "yes"],
    ["coooool", "cool"],
    ["gooood", "good"],
    ["hellooo", "hello"],
    ["aaaargh", "argh"],
    ["hmmmmmm", "hmm"],
    ["café", "cafe"],
    ["Zoë", "Zoe"],
    ["Ｈｅｌｌｏ", "hello"],
    ["𝐇𝐞𝐥𝐥𝐨", "hello"],
    ["soft\u00adware", "software"],
  ],
  hyphens: [
    ["dragon-slayer", "dragon slayer"],
    ["sci-fi", "sci-fi"],
  ],
};

for (const [name, rows] of Object.entries(SAME)) {
  describe(name, () => {
    it.each(rows)("says %j like %j", (written, words) => {
      expect(said(written)).toBe(said(words));
    });
  });
}

describe("letters", () => {
  it.each([
    ["NPC", "<s> |EH1 N |P IY1 |S IY1 ."],
    ["HP", "<s> |EY1 CH |P IY1 ."],
    ["XP", "<s> |EH1 K S |P IY1 ."],
    ["NPCs", "<s> |EH1 N |P IY1 |S IY1 Z ."],
    ["xzq", "<s> |EH1 K S |Z IY1 |K Y UW1 ."],
    ["Plan A", "<s> |P L AE1 N |EY1 ."],
    ["A plan", "<s> |AH0 |P L AE1 N ."],
    ["R2D2", "<s> |AA1 R |T UW1 |D IY1 |T UW1 ."],
  ])("spells or says the letters of %j", (written, symbols) => {
    expect(said(written)).toBe(symbols);
  });

  it("speaks a stutter as the sound of the letter, not its name", () => {
    expect(said("W-w-what?")).toBe("<s> |W AH0 |W AH0 |W AH1 T ?");
  });
});

import type { Script } from "./script.ts";

/** Sir Bertram, Perrin and Mort. */
export const TALK_AT_THE_INN: readonly Script[] = [
  [
    ["bertram", "And there it stood. The dragon. As big as this very table."],
    ["mort", "Last week it was as big as a church."],
    ["bertram", "It was further away last week."],
    ["perrin", "I cannot rhyme it if it keeps changing size, Sir Bertram."],
    ["bertram", "Then sing that it was medium. A medium dragon, but very cross."],
    ["mort", "I buried it myself. It was a goose."],
    ["bertram", "It had the heart of a dragon, sir! And the teeth of a goose."],
  ],
  [
    ["perrin", "My new ballad has forty verses. Would you like the short version?"],
    ["mort", "How long is the short version?"],
    ["perrin", "Thirty nine."],
    ["bertram", "Which verse did you cut?"],
    ["perrin", "The one where everybody agrees that I am handsome."],
    ["mort", "Nobody will miss it. Nobody wrote to ask for it."],
    ["perrin", "You are a hard audience, Mort."],
    ["mort", "You should hear my usual crowd. Very quiet. Never clap."],
  ],
  [
    ["mort", "Business is slow. Nobody is dying to meet me."],
    ["bertram", "You have told that one every night since the harvest."],
    ["mort", "It is a graveyard joke. It comes back."],
    ["perrin", "I could write you a song for the slow season."],
    ["mort", "I have a song. It is called, please wipe your feet, he is resting."],
  ],
];

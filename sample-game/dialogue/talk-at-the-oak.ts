import type { Script } from "./script.ts";

/** Madame Ysolde, Pip and Juniper. */
export const TALK_AT_THE_OAK: readonly Script[] = [
  [
    ["ysolde", "Give me your palm, child. I see a long journey."],
    ["pip", "That is jam."],
    ["ysolde", "I see a long journey to wash your hands."],
    ["juniper", "She told me I would meet a tall dark stranger."],
    ["pip", "You met a chimney. You walked into it."],
    ["juniper", "It was tall. It was dark. She is never wrong."],
  ],
  [
    ["pip", "I caught a star. It is in my pocket."],
    ["juniper", "That is a glow worm, Pip."],
    ["pip", "It is a very small star with legs."],
    ["ysolde", "Let it go, little one. Stars that are kept forget how to shine."],
    ["pip", "It just did something in my pocket that stars do not do."],
    ["juniper", "I knew better. I always know better."],
  ],
  [
    ["juniper", "When I grow up I shall be the mayor, and bedtime will be in the morning."],
    ["pip", "When I grow up I shall be a horse."],
    ["ysolde", "The cards say that one of you will get your wish."],
    ["juniper", "Which one?"],
    ["ysolde", "They only show a ribbon, and a great deal of hay."],
    ["pip", "Yes!"],
  ],
];

import type { Script } from "./script.ts";

/** Nan, Odo and Wynn. */
export const TALK_AT_THE_WELL: readonly Script[] = [
  [
    ["nan", "I told the well a secret last night, and this morning the baker knew it."],
    ["wynn", "The well has a lovely voice. Deep. A little damp."],
    ["odo", "That was me. I was down there fetching my hammer."],
    ["nan", "You were in the well for three hours, Odo."],
    ["odo", "It was a long secret."],
    ["wynn", "*whispers* So you do fancy the lamplighter?"],
    ["nan", "I will push you both in, and then we shall hear who echoes."],
  ],
  [
    ["wynn", "I have invented a new loaf. It is completely round."],
    ["odo", "They are all round, Wynn."],
    ["wynn", "Yes, but this one is round on purpose."],
    ["nan", "My cat sat on it. It is flat on purpose now."],
    ["wynn", "That is how we got the pancake, you know. Another cat. A better cat."],
    ["odo", "I used your last loaf as an anvil. It held up well."],
    ["wynn", "Thank you. That is the nicest thing anyone has said about it."],
  ],
  [
    ["odo", "Somebody ordered a sword for cutting clouds."],
    ["nan", "That will be the astronomer. What did you tell him?"],
    ["odo", "I told him Tuesday."],
    ["wynn", "Can you make a sword for cutting clouds?"],
    ["odo", "No. But by Tuesday it will have rained, and he will be happy."],
    ["nan", "That is not smithing, that is weather with a deposit."],
  ],
];

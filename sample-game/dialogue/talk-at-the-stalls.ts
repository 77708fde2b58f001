import type { Script } from "./script.ts";

/** Agnes and Aldous. */
export const TALK_AT_THE_POTIONS: readonly Script[] = [
  [
    ["aldous", "Sister, have you something for the eyes? I have been looking at the moon."],
    ["agnes", "For how long?"],
    ["aldous", "Since I was nine."],
    ["agnes", "Take the green bottle. Two drops, and look at something near you for a change."],
    ["aldous", "What is near me?"],
    ["agnes", "Your supper. Your friends. Your left boot, which is on fire."],
    ["aldous", "Ah. I had wondered about the warmth."],
  ],
  [
    ["agnes", "The purple one cures snoring. The blue one cures the person who complains of it."],
    ["aldous", "And the orange one?"],
    ["agnes", "That is soup."],
    ["aldous", "It glows, Sister."],
    ["agnes", "It is very good soup."],
  ],
  [
    ["aldous", "I have counted the stars again. There is one missing."],
    ["agnes", "Perhaps you blinked."],
    ["aldous", "I never blink on duty. Somebody has taken it."],
    ["agnes", "Then ask the children. Pip had something shiny in his pocket."],
  ],
];

/** Zafira and Corporal Tibb. */
export const TALK_AT_THE_SPICES: readonly Script[] = [
  [
    ["tibb", "I am here about a crime. A pepper was stolen."],
    ["zafira", "When, Corporal?"],
    ["tibb", "Just now. By me. It was very hot. I wish to confess."],
    ["zafira", "Drink some milk, and the law will forgive you."],
    ["tibb", "The law cannot feel its tongue."],
    ["zafira", "Then for once it will have to listen."],
  ],
  [
    ["zafira", "This saffron crossed two deserts and one very rude mountain."],
    ["tibb", "How much for a pinch?"],
    ["zafira", "Your horse."],
    ["tibb", "I have no horse. I have a spear and a good attitude."],
    ["zafira", "Then a very small pinch, and you will guard my apples until dawn."],
    ["tibb", "I guard everything until dawn. It is the only hour I can spell."],
  ],
  [
    ["tibb", "All quiet on the square. I do not like it when it is quiet."],
    ["zafira", "It was loud when you were snoring under my counter."],
    ["tibb", "That was undercover work."],
    ["zafira", "You were under my good cover, yes."],
  ],
];

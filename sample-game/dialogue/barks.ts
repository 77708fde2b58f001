import type { CastName } from "../characters/cast.ts";

/** What people say to the traveller who walks by. */
export const BARKS: Readonly<Record<CastName, readonly string[]>> = {
  hester: [
    "Come closer, traveller. Ask me anything. The first answer is free, and so are the others.",
    "Sit, drink, talk. I have been listening to this village for thirty years.",
    "You look like a question with boots on. Go on, ask.",
  ],
  nan: [
    "Mind the fish. They are dead, but they have feelings.",
    "You have honest eyes. Herring or cod?",
    "If he tells you it was fresh, he means the insult.",
  ],
  odo: [
    "Careful. I am holding a hammer and listening to Wynn.",
    "Need a sword? Need a spoon? It is the same price.",
    "Nice boots. Pity about the road.",
  ],
  wynn: [
    "Smell that? That is ambition, with a little rye.",
    "Take a bun. Take two. One of them is a doorstop.",
    "Good evening! Do you have strong teeth?",
  ],
  bertram: [
    "You there! Have you fought anything? No? Then listen to somebody who has.",
    "Stand up straight, traveller. A dragon can smell a slouch.",
    "I would rise, but my knee retired before I did.",
  ],
  perrin: [
    "Hum the first note, stranger, and I shall blame you for the rest.",
    "I need a rhyme for traveller. Gravel her? No. Forget I spoke.",
    "You walk in four four time. I like that in a person.",
  ],
  mort: [
    "No hurry. Everybody gets to me in the end.",
    "You look well. Shame.",
    "Mind the hole. It is not yours. Not yet.",
  ],
  agnes: [
    "That cough can be cured. Oh, you have not coughed yet. You will.",
    "Do not lick the bottles, please. The last one is still a frog.",
    "Breathe in. Breathe out. That will be two pennies.",
  ],
  aldous: [
    "You are standing in my starlight. No, do stay, it suits you.",
    "The moon has not moved for ten minutes. I suspect it of listening.",
    "Quick, what do you see up there? Wrong. Those are lamps.",
  ],
  zafira: [
    "Cinnamon, clove, and three kinds of trouble. Come and smell.",
    "For you, a special price. It is higher.",
    "A traveller! Tell me, is the world still out there?",
  ],
  tibb: [
    "Halt! Who goes there? Never mind. Carry on. Lovely evening.",
    "Keep moving, please. Unless you would rather stay. I am not made of stone.",
    "If you see a crime, do tell me. I could use the company.",
  ],
  ysolde: [
    "I knew that you would walk past. I also knew that you would look.",
    "The cards speak of you. They are quite rude about it.",
    "Your future is bright. Or that is the lantern. Move a little.",
  ],
  pip: [
    "Are you a real traveller? Have you been past the bridge?",
    "I can hold my breath longer than you. Watch. I won.",
    "Do you want to see a very small star?",
  ],
  juniper: [
    "I know something that you do not know. I know most things.",
    "You walk funny. It is all right. So does my uncle.",
    "If you are lost, I can tell you where. Here.",
  ],
  jory: [
    "One lamp out and they all write letters. Evening, friend.",
    "I light them, the moths read by them. Somebody should.",
    "Mind the dark bits. I am getting to them.",
  ],
};

/** What the many say to each other, close by. */
export const MURMURS: readonly string[] = [
  "Have you seen my other glove?",
  "So I said to the goose, after you.",
  "It will rain tomorrow. My elbow says so.",
  "Two pennies for a turnip? It must sing.",
  "They say the moon is made of money.",
  "Do not look now, but it is a traveller.",
  "I only came out for a candle.",
  "My cousin once met a duke. He was short.",
  "That clock has been at ten to twelve since I was a boy.",
  "Is that bread, or is it a brick?",
  "I like the lamps. They make everybody look kind.",
  "Wait for me, my shoe is full of gravel.",
];

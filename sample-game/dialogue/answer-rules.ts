/** A pattern, and what may be answered to it. */
type Rule = readonly [pattern: RegExp, answers: readonly string[]];

/** Where to find people and things. */
export const PLACES: readonly (readonly [names: RegExp, answer: string])[] = [
  [/\b(nan|fish\w*)\b/i, "Nan Pike? By the well, over your shoulder, with a basket of herring and a grudge."],
  [
    /\b(odo|smith\w*|hammer|sword)\b/i,
    "Odo the smith is at the well. He is the large one. Follow the shadow.",
  ],
  [
    /\b(wynn|baker|bread|bun)\b/i,
    "Wynn is at the well in the tall white hat. Do not bite anything without asking.",
  ],
  [
    /\b(bertram|knight|dragon\w*)\b/i,
    "Sir Bertram has the table by my inn door. Ask about the dragon, and bring a chair.",
  ],
  [
    /\b(perrin|minstrel|song|music|lute)\b/i,
    "Perrin is at the table by the inn. You will hear him before you see him. Sorry.",
  ],
  [/\b(mort|grave\w*)\b/i, "Mort is by the inn, in the hood. He is cheerful, for a man with that shovel."],
  [
    /\b(agnes|sister|potion\w*|apothecary|medicine)\b/i,
    "Sister Agnes keeps the glowing bottles, on the west side. Touch nothing blue.",
  ],
  [
    /\b(aldous|astronomer|stars?|telescope)\b/i,
    "Aldous is at the potions, in the pointed hat, looking up. Somebody should watch his boots.",
  ],
  [
    /\b(zafira|spice\w*|merchant|apples?|fruit)\b/i,
    "Zafira trades at the east side, under the green awning. Count your fingers after you count your change.",
  ],
  [
    /\b(tibb|watch\w*|guard\w*|corporal)\b/i,
    "Corporal Tibb is guarding the apples. Nobody has told him that they are safe.",
  ],
  [
    /\b(ysolde|fortune\w*|future|cards)\b/i,
    "Madame Ysolde sits under the big oak. She already knows that you are coming.",
  ],
  [/\b(pip|juniper|child\w*|kids?)\b/i, "The children are under the oak, where bedtime cannot see them."],
  [
    /\b(jory|lamp\w*)\b/i,
    "Jory walks his round from lamp to lamp. Stand still by a lamp, and he will come to you.",
  ],
  [
    /\bhester\b|\bwho are you\b/i,
    "I am Hester Quill, and the Patient Goose behind you is mine, down to the last mug.",
  ],
  [/\bam i\b/i, "You are in the square, at night, under the lamps. It is the best place to be lost."],
];

/** Tried from top to bottom. */
export const RULES: readonly Rule[] = [
  [
    /\b(hello|hi|hey|good evening|greetings)\b/i,
    [
      "Good evening. Sit anywhere that is not on fire.",
      "Hello yourself. You have come a long way to say it.",
    ],
  ],
  [
    /\b(bye|goodbye|farewell|good night)\b/i,
    ["Go well, and mind the second cobble. It bites.", "Good night. The door is never locked. It is stuck."],
  ],
  [
    /\bthank/i,
    [
      "You are welcome. Thanks are the only coin that grows when you spend it.",
      "Never mind the thanks, just finish your soup.",
    ],
  ],
  [
    /\bhow are you\b/i,
    [
      "My feet ache and my heart is light. It is usually the other way round.",
      "Better than the soup, and the soup is excellent.",
    ],
  ],
  [
    /\bare you (?:real|a robot|an? ai|alive|human)\b/i,
    [
      "As real as the voice you are hearing, and it was made for you a moment ago.",
      "Nobody wrote this voice down. It is made while I speak. So is most of my soup.",
    ],
  ],
  [
    /\b(?:voice|talk|speak)\b/i,
    [
      "A voice is only a number with breath in it. Mine is on the little card above my head.",
      "Everybody here has a voice of their own. Some of us have several opinions in it.",
    ],
  ],
  [
    /\b(?:ale|beer|drink|wine|thirsty)\b/i,
    [
      "One ale. I shall put it on your account, next to the word hope.",
      "We have the dark ale and the darker ale. The darkest is a room.",
    ],
  ],
  [
    /\b(?:eat|food|hungry|soup|stew)\b/i,
    [
      "The stew tonight is turnip. It was turnip last night too. It is the same stew.",
      "Try the goose pie. There is no goose in it, out of respect for the sign.",
    ],
  ],
  [
    /\b(?:bed|room|sleep|tired)\b/i,
    ["A bed is two pennies, three with a blanket, four without Perrin singing under the window."],
  ],
  [
    /\b(?:secret|rumou?r|gossip|news)\b/i,
    [
      "They say that the clock has stopped so that midnight can never find us. I say it wants oil.",
      "The well repeats everything. Ask Nan, but not near the well.",
    ],
  ],
  [/\b(?:moon)\b/i, ["The moon is on time tonight. It is the only thing in this village that is."]],
  [
    /\b(?:clock|time|hour|midnight)\b/i,
    ["It is ten minutes to midnight. It has been for years. We get a great deal done."],
  ],
  [/\b(?:goose|inn)\b/i, ["The Patient Goose. She waited for a fox once. The fox never came back."]],
  [/\b(?:love|marry|kiss)\b/i, ["Love? Ask Perrin for the song, Agnes for the cure, and me for the bill."]],
  [
    /\b(?:quest|adventure|treasure|gold)\b/i,
    ["Every traveller wants an adventure. Here is one: find out who is not telling Nan a secret."],
  ],
  [
    /\bjoke\b/i,
    [
      "A ghost walks into my inn. I said, sorry, we do not serve spirits. He said, I can see through you too.",
    ],
  ],
  [
    /\bi(?:'m| am) (.+)/i,
    [
      "You are $1? I thought so when you came in. It is how you hold your hat.",
      "$1, you say. There is soup for that.",
    ],
  ],
  [
    /\bi (?:want|need) (.+)/i,
    [
      "If you had $1, what would you do with it on a night like this?",
      "Everybody wants $1 until they have to carry it home.",
    ],
  ],
  [/\bi (?:love|like) (.+)/i, ["Who does not like $1? Apart from Mort. Mort likes digging."]],
  [/\bi (?:hate|fear) (.+)/i, ["Then let us not speak of $1 until you have eaten."]],
  [
    /\bcan you (.+)/i,
    [
      "Can I $1? On a good night. Is this a good night? Ask me after midnight.",
      "I could $1, but who would mind the stew?",
    ],
  ],
  [
    /\bdo you (.+)/i,
    [
      "Do I $1? Only when somebody is watching.",
      "I used to $1, when I was young and the stairs were shorter.",
    ],
  ],
  [
    /\bwhy (.+)/i,
    [
      "Why $1? Because somebody had to, and everybody else was at the bar.",
      "That is a good question. It has been waiting for you since Tuesday.",
    ],
  ],
  [/\bhow (?:do|can|does) (.+)/i, ["Slowly, and with butter. That is how $1."]],
  [
    /\bwhat is (?:an? |the )?(.+)/i,
    [
      "$1? It depends who is buying.",
      "Nobody here agrees what $1 is, but we have had three fights about it.",
    ],
  ],
  [/\b(?:yes|yeah|sure)\b/i, ["There. That was not so hard.", "I knew it. You have a yes sort of face."]],
  [/\bno\b/i, ["No is a fine word. Very little washing up."]],
];

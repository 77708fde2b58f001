/**
 * Sentences to read aloud when a voice is learned. Each takes 5 to 10 s and is rich in sounds; together they have every
 * phone of English. The text is the transcript.
 */
export const READ_ALOUD: readonly string[] = [
  "The lamplighter whistles a merry tune while he measures the oil, and the children watch him with joy.",
  "Beige mist hung over the quiet harbor, though thirty good boats should reach the shore before noon.",
  "A young judge brought seven jars of yellow honey and a huge loaf of bread to our feast.",
  "Five foxes jumped over the log, then vanished through the hedge without a sound or a single footprint.",
  "My uncle usually cooks a thick soup of beans, chicken and herbs when the weather turns sour.",
  "Please take the blue cloth from the top shelf, and put both of those coins in your pocket.",
  "She chose a rough wooden chair near the fire, and laughed about the voyage that changed her life.",
  "How far is the old bridge, and which of these paths would you choose on a rainy night?",
];

import type { Script } from "./script.ts";
import { TALK_AT_THE_INN } from "./talk-at-the-inn.ts";
import { TALK_AT_THE_OAK } from "./talk-at-the-oak.ts";
import { TALK_AT_THE_POTIONS, TALK_AT_THE_SPICES } from "./talk-at-the-stalls.ts";
import { TALK_AT_THE_WELL } from "./talk-at-the-well.ts";

/** What is talked about at each gathering. */
export const SCRIPTS: Readonly<Record<string, readonly Script[]>> = {
  well: TALK_AT_THE_WELL,
  inn: TALK_AT_THE_INN,
  potions: TALK_AT_THE_POTIONS,
  spices: TALK_AT_THE_SPICES,
  oak: TALK_AT_THE_OAK,
};

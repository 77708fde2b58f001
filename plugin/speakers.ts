import { addComponent, hasComponent, removeComponent, type EntityId } from "bitecs";
import { hasVoice, Queued, Speaking } from "./components.ts";
import type { Speaker, VoicesState } from "./voice-state.ts";

/** The speaker of a living voice; made when it has none. */
export function speakerOf({ speakers }: VoicesState, eid: EntityId): Speaker {
  const speaker = speakers.get(eid) ?? { eid, alive: true, current: undefined, queue: [] };
  speakers.set(eid, speaker);
  return speaker;
}

/** Makes the entity's tags say what its speaker does, and forgets a speaker without lines. */
export function syncTags({ world, speakers }: VoicesState, speaker: Speaker): void {
  const { eid, alive, current, queue } = speaker;
  if (!alive || speakers.get(eid) !== speaker) return;
  if (current === undefined && queue.length === 0) speakers.delete(eid);
  if (!hasVoice(world, eid)) return;
  const tag = (component: object, wanted: boolean) => {
    if (wanted === hasComponent(world, eid, component)) return;
    if (wanted) addComponent(world, eid, component);
    else removeComponent(world, eid, component);
  };
  tag(Speaking, current !== undefined);
  tag(Queued, queue.length > 0);
}

import { Not, Or, query, removeComponents } from "bitecs";
import { Queued, Speaking, VoiceComponent } from "../components.ts";
import type { VoicesState } from "../voice-state.ts";

/** An entity that lives on without its voice neither speaks nor waits. */
export function clearTags({ world }: VoicesState): void {
  for (const eid of Array.from(query(world, [Or(Speaking, Queued), Not(VoiceComponent)]))) {
    removeComponents(world, eid, Speaking, Queued);
  }
}

import type { AbstractSpatialAudioListener } from "@babylonjs/core/AudioV2/abstractAudio/subProperties/abstractSpatialAudioListener.js";
import type { Node } from "@babylonjs/core/node.js";
import type { Scene } from "@babylonjs/core/scene.js";

/**
 * Attaches the listener of an audio engine to a node, or to the scene's active camera, whichever that is at a time. One that
 * the game has attached stays as it is. Returns what detaches it again.
 */
export function followListener(
  scene: Scene,
  listener: AbstractSpatialAudioListener,
  node?: Node,
): () => void {
  if (listener.isAttached) return () => undefined;
  const attach = () => listener.attach(node ?? scene.activeCamera);
  attach();
  const observer = scene.onActiveCameraChanged.add(attach);
  return () => {
    scene.onActiveCameraChanged.remove(observer);
    listener.detach();
  };
}

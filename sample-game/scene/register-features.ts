import { RegisterThinInstanceMesh } from "@babylonjs/core/Meshes/thinInstanceMesh.pure.js";
import { RegisterParticleSystemComponent } from "@babylonjs/core/Particles/particleSystemComponent.pure.js";
import { PostProcessRenderPipelineManager } from "@babylonjs/core/PostProcesses/RenderPipeline/postProcessRenderPipelineManager.js";
import { RegisterPostProcessRenderPipelineManagerSceneComponent } from "@babylonjs/core/PostProcesses/RenderPipeline/postProcessRenderPipelineManagerSceneComponent.pure.js";

/** Parts of Babylon that its classes use and leave to the game to switch on; before the scene is made. */
export function registerFeatures(): void {
  RegisterThinInstanceMesh();
  RegisterParticleSystemComponent();
  RegisterPostProcessRenderPipelineManagerSceneComponent(PostProcessRenderPipelineManager);
}

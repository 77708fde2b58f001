import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

/** Flags for headless Chromium with WebGPU on the software adapter and a fake microphone. */
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-dawn-features=disable_workgroup_init", // kernels write it before they read it; clearing makes compiling 20 times longer
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--disable-vulkan-surface",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
];

/** What the plugin and its tests use of Babylon; its AudioV2 loads further parts by itself. */
const BABYLON_PARTS = [
  "AudioV2/abstractAudio/audioEngineV2.js",
  "AudioV2/soundState.js",
  "AudioV2/webAudio/webAudioEngine.js",
  "Cameras/freeCamera.js",
  "Cameras/universalCamera.js",
  "Engines/engine.js",
  "Engines/nullEngine.js",
  "Engines/webgpuEngine.js",
  "Lights/Clustered/clusteredLightContainer.js",
  "Lights/Shadows/shadowGenerator.js",
  "Lights/directionalLight.js",
  "Lights/hemisphericLight.js",
  "Lights/pointLight.js",
  "Materials/Textures/dynamicTexture.js",
  "Materials/Textures/renderTargetTexture.js",
  "Materials/Textures/texture.js",
  "Materials/colorCurves.js",
  "Materials/fresnelParameters.js",
  "Materials/imageProcessingConfiguration.js",
  "Materials/material.js",
  "Materials/standardMaterial.js",
  "Maths/math.color.js",
  "Maths/math.vector.js",
  "Meshes/mesh.js",
  "Meshes/mesh.vertexData.js",
  "Meshes/thinInstanceMesh.pure.js",
  "Meshes/transformNode.js",
  "Morph/morphTarget.js",
  "Morph/morphTargetManager.js",
  "Particles/particleSystem.js",
  "Particles/particleSystemComponent.pure.js",
  "PostProcesses/RenderPipeline/Pipelines/defaultRenderingPipeline.js",
  "PostProcesses/RenderPipeline/postProcessRenderPipelineManager.js",
  "PostProcesses/RenderPipeline/postProcessRenderPipelineManagerSceneComponent.pure.js",
  "Sprites/sprite.js",
  "Sprites/spriteManager.js",
  "scene.js",
].map((part) => `@babylonjs/core/${part}`);

export default defineConfig({
  // Named here, because finding one in the middle of a test run would reload the page.
  optimizeDeps: {
    include: [
      "onnxruntime-web",
      "cmu-pronouncing-dictionary",
      "bitecs",
      "bitecs/serialization",
      ...BABYLON_PARTS,
    ],
  },
  server: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "chromium",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
                args: CHROMIUM_FLAGS,
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});

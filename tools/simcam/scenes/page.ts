/** Runs in the browser: builds one scene and hands out its frames as raw pixels. */
import { Renderer } from './lib/renderer.ts';
import type { Effort } from './lib/renderer.ts';
import type { Scene } from './scene.ts';

declare global {
  interface Window {
    openScene: (name: string, effort: Effort) => Promise<void>;
    sendFrame: (time: number) => Promise<number>;
  }
}

let renderer: Renderer | undefined;

window.openScene = async (name, effort) => {
  const module: { build: () => Scene } = await import(`./${name}.ts`);
  const canvas = document.createElement('canvas');
  const started = performance.now();
  const scene = module.build();
  renderer = new Renderer(canvas, scene, effort);
  console.log(
    `${scene.still.vertexCount / 3} still and ${scene.swaying.vertexCount / 3} swaying triangles, lit in ${Math.round(performance.now() - started)} ms`,
  );
};

/** Draws the frame at `time`, posts its RGBA bytes to the generator and returns the milliseconds it took. */
window.sendFrame = async (time) => {
  if (renderer === undefined) throw new Error('open a scene first');
  const started = performance.now();
  const pixels = renderer.frame(time);
  await fetch('/frame', { method: 'POST', body: new Blob([pixels]) });
  return performance.now() - started;
};

/**
 * Draws a scene as a pole camera would see it. The town is lit once, by adding up many lights with shadows (soft sun,
 * a dome of sky, street lamps); each frame then adds what moves, its shadows, reflections, water and the lens.
 */
import { atlasCanvas } from './atlas.ts';
import { into, makeSurfaceTarget, makeTarget, MeshStore, Program } from './gl.ts';
import type { Target } from './gl.ts';
import { Random } from './random.ts';
import * as shaders from './shaders.ts';
import {
  add,
  IDENTITY,
  invert,
  length,
  lookAt,
  multiply,
  normalize,
  orthographic,
  perspective,
  rotationY,
  rotationZ,
  scale,
  scaling,
  sub,
  translation,
} from './vec.ts';
import type { Mat4, Vec3 } from './vec.ts';
import type { Glow, Scene, Thing } from '../scene.ts';

const WIDE = 1280;
const HIGH = 720;
const OVERSAMPLE = 2;
const SHADOW_SIZE = 2048;
const NEAR = 0.3;
const FAR = 400;
const GLOW_KINDS = { halo: 0, beam: 1, ring: 2, spot: 3 } as const;

/** How many rounds of lighting the town gets, and the samples in each; fewer for a quick look. */
export interface Effort {
  readonly rounds: number;
  readonly skySamples: number;
  readonly sunSamples: number;
}

interface LightSample {
  readonly isSun: boolean;
  /** Direction with 0, or place with 1. */
  readonly place: readonly number[];
  readonly viewProj: Mat4;
  readonly color: Vec3;
  readonly ambient: Vec3;
  /** How much of glow and wetness this sample carries. */
  readonly share: number;
}

export class Renderer {
  readonly #gl: WebGL2RenderingContext;
  readonly #scene: Scene;
  readonly #meshes: MeshStore;
  readonly #programs;
  readonly #targets;
  readonly #atlas: WebGLTexture;
  readonly #view: Mat4;
  readonly #mirrored: Mat4;
  readonly #sunVp: Mat4;
  readonly #aboveVp: Mat4;
  readonly #spriteArray: WebGLVertexArrayObject;
  readonly #spriteBuffer: WebGLBuffer;

  constructor(canvas: HTMLCanvasElement, scene: Scene, effort: Effort) {
    const gl = canvas.getContext('webgl2', { antialias: false, preserveDrawingBuffer: true });
    if (gl === null) throw new Error('this browser gives no WebGL2');
    for (const name of ['EXT_color_buffer_float', 'EXT_float_blend', 'OES_texture_float_linear'])
      if (gl.getExtension(name) === null) throw new Error(`this browser lacks ${name}`);
    this.#gl = gl;
    this.#scene = scene;
    this.#meshes = new MeshStore(gl);
    const features = Object.entries({
      SUN: scene.look.sun !== undefined,
      WATER: scene.water !== undefined,
      WET: scene.look.wet > 0,
      RAIN: scene.look.rain > 0,
      DROPS: scene.look.drops > 0,
    })
      .flatMap(([name, on]) => (on ? [`#define ${name}`] : []))
      .join('\n');
    const withFeatures = (source: string): string => source.replace('precision', `${features}\nprecision`);
    this.#programs = {
      depth: new Program(gl, shaders.VERTEX, shaders.DEPTH_ONLY),
      surfaces: new Program(gl, shaders.VERTEX, shaders.SURFACES),
      light: new Program(gl, shaders.FULLSCREEN, shaders.LIGHT),
      dynamic: new Program(gl, shaders.VERTEX, shaders.DYNAMIC),
      sky: new Program(gl, shaders.FULLSCREEN, shaders.SKY),
      compose: new Program(gl, shaders.FULLSCREEN, withFeatures(shaders.COMPOSE)),
      overlay: new Program(gl, shaders.FULLSCREEN, shaders.OVERLAY),
      mirrorFill: new Program(gl, shaders.FULLSCREEN, shaders.MIRROR_FILL),
      sprite: new Program(gl, shaders.SPRITE_VERTEX, shaders.SPRITE),
      blur: new Program(gl, shaders.FULLSCREEN, shaders.BLUR),
      develop: new Program(gl, shaders.FULLSCREEN, shaders.DEVELOP),
      camera: new Program(gl, shaders.FULLSCREEN, withFeatures(shaders.CAMERA)),
    };
    const half = [WIDE / 2, HIGH / 2] as const;
    this.#targets = {
      surfaces: makeSurfaceTarget(gl, WIDE, HIGH),
      mirrorSurfaces: makeSurfaceTarget(gl, ...half),
      sky: makeTarget(gl, WIDE, HIGH, gl.RGBA32F),
      sun: makeTarget(gl, WIDE, HIGH, gl.RGBA32F),
      mirrorSky: makeTarget(gl, ...half, gl.RGBA32F),
      mirror: makeTarget(gl, ...half, gl.RGBA16F),
      mirrorDepth: makeTarget(gl, ...half, gl.RGBA16F),
      depth: makeTarget(gl, WIDE * OVERSAMPLE, HIGH * OVERSAMPLE, gl.RGBA8),
      moving: makeTarget(gl, WIDE * OVERSAMPLE, HIGH * OVERSAMPLE, gl.RGBA16F),
      frame: makeTarget(gl, WIDE, HIGH, gl.RGBA16F),
      bloomA: makeTarget(gl, WIDE / 4, HIGH / 4, gl.RGBA16F),
      bloomB: makeTarget(gl, WIDE / 4, HIGH / 4, gl.RGBA16F),
      developed: makeTarget(gl, WIDE, HIGH, gl.RGBA8),
      output: makeTarget(gl, WIDE, HIGH, gl.RGBA8),
      lightShadow: makeTarget(gl, SHADOW_SIZE / 2, SHADOW_SIZE / 2, null, true),
      sunStatic: makeTarget(gl, SHADOW_SIZE, SHADOW_SIZE, null, true),
      sunMoving: makeTarget(gl, SHADOW_SIZE, SHADOW_SIZE, null, true),
      above: makeTarget(gl, 1024, 1024, null),
    };
    this.#atlas = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, atlasCanvas());
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    this.#spriteArray = gl.createVertexArray();
    this.#spriteBuffer = gl.createBuffer();
    gl.bindVertexArray(this.#spriteArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#spriteBuffer);
    for (const index of [0, 1, 2]) {
      gl.enableVertexAttribArray(index);
      gl.vertexAttribPointer(index, 4, gl.FLOAT, false, 48, index * 16);
      gl.vertexAttribDivisor(index, 1);
    }
    const lens = perspective(scene.fovDegrees, WIDE / HIGH, NEAR, FAR);
    const plain = lookAt(scene.eye, scene.target, [0, 1, 0]);
    const flip = multiply(translation(0, 2 * scene.mirrorY, 0), scaling(1, -1, 1));
    this.#view = multiply(lens, plain);
    this.#mirrored = multiply(this.#view, flip);
    this.#sunVp = this.#lightMatrix(scene.look.sun?.direction ?? [0.3, 0.8, 0.2]);
    this.#aboveVp = this.#lightMatrix([0.0001, 1, 0]);
    this.#bake(effort);
  }

  #lightMatrix(direction: Vec3): Mat4 {
    const { focus, reach } = this.#scene;
    const d = normalize(direction);
    const up: Vec3 = Math.abs(d[1]) > 0.95 ? [0, 0, 1] : [0, 1, 0];
    return multiply(orthographic(reach, 1, reach * 4), lookAt(add(focus, scale(d, reach * 2)), focus, up));
  }

  #drawStill(): void {
    this.#meshes.draw(this.#scene.still);
  }

  #shadow(target: Target, lightVp: Mat4, draw: (program: Program) => void): void {
    const gl = this.#gl;
    into(gl, target);
    gl.enable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.POLYGON_OFFSET_FILL);
    gl.polygonOffset(1.5, 3);
    const program = this.#programs.depth
      .use()
      .matrix('uModel', IDENTITY)
      .matrix('uViewProj', lightVp)
      .vec('uJitter', [0, 0])
      .float('uClipY', -100);
    draw(program);
    gl.disable(gl.POLYGON_OFFSET_FILL);
  }

  /** Draws colour and normals of the still town, shifted by a fraction of a pixel. */
  #surfaces(target: Target, viewProj: Mat4, jitter: readonly number[], mirror: boolean): void {
    const gl = this.#gl;
    into(gl, target);
    gl.enable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const { eye, mirrorY } = this.#scene;
    const clipY = mirror ? mirrorY + 0.05 : -100;
    gl.colorMask(false, false, false, false);
    this.#programs.depth
      .use()
      .matrix('uModel', IDENTITY)
      .matrix('uViewProj', viewProj)
      .vec('uJitter', jitter)
      .float('uClipY', clipY);
    this.#drawStill();
    gl.colorMask(true, true, true, true);
    gl.depthFunc(gl.LEQUAL);
    this.#programs.surfaces
      .use()
      .matrix('uModel', IDENTITY)
      .matrix('uViewProj', viewProj)
      .vec('uJitter', jitter)
      .vec('uEye', mirror ? [eye[0], 2 * mirrorY - eye[1], eye[2]] : eye)
      .float('uClipY', clipY)
      .texture('uAtlas', this.#atlas);
    this.#drawStill();
    gl.depthFunc(gl.LESS);
  }

  #addLight(
    target: Target,
    surfaces: Target & { readonly normal: WebGLTexture },
    inverse: Mat4,
    light: LightSample,
  ): void {
    const gl = this.#gl;
    into(gl, target);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    this.#programs.light
      .use()
      .matrix('uInverse', inverse)
      .matrix('uLightVp', light.viewProj)
      .vec('uLight', light.place)
      .vec('uLightColor', light.color)
      .vec('uAmbient', light.ambient)
      .float('uShare', light.share)
      .texture('uAlbedo', surfaces.color)
      .texture('uNormal', surfaces.normal)
      .texture('uDepth', surfaces.depth)
      .texture('uShadow', this.#targets.lightShadow.depth);
    this.#full();
    gl.disable(gl.BLEND);
  }

  /** Every light of one round: part of the sky, part of the sun, all lamps. Rounds differ in their samples. */
  #lightSamples(effort: Effort, random: Random): LightSample[] {
    const { look, lamps } = this.#scene;
    const sun = look.sun;
    const samples: LightSample[] = [];
    const start = random.next() * 6.28;
    for (let i = 0; i < effort.skySamples; i++) {
      const up = (i + random.next()) / effort.skySamples;
      const around = start + i * 2.39996;
      const flat = Math.sqrt(1 - up * up);
      const direction = normalize([flat * Math.cos(around), Math.max(up, 0.06), flat * Math.sin(around)]);
      const radiance = add(scale(look.skyLow, 1 - up), scale(look.skyTop, up));
      const ambient = scale(look.ground, 0.28 / effort.skySamples);
      samples.push({
        isSun: false,
        place: [...direction, 0],
        viewProj: this.#lightMatrix(direction),
        color: scale(radiance, 2 / effort.skySamples),
        ambient,
        share: 1 / effort.skySamples,
      });
    }
    for (const lamp of lamps) {
      const viewProj = multiply(
        perspective(165, 1, 0.25, 80),
        lookAt(lamp.at, add(lamp.at, [0.001, -1, 0]), [0, 0, 1]),
      );
      samples.push({
        isSun: false,
        place: [...lamp.at, 1],
        viewProj,
        color: lamp.color,
        ambient: [0, 0, 0],
        share: 0,
      });
    }
    if (sun !== undefined)
      for (let i = 0; i < effort.sunSamples; i++) {
        const wobble = (): number => (random.next() - 0.5) * 2 * sun.spread;
        const direction = normalize(add(normalize(sun.direction), [wobble(), wobble(), wobble()]));
        samples.push({
          isSun: true,
          place: [...direction, 0],
          viewProj: this.#lightMatrix(direction),
          color: scale(sun.color, 1 / effort.sunSamples),
          ambient: [0, 0, 0],
          share: 0,
        });
      }
    return samples;
  }

  /** Lights the still town in `effort.rounds` rounds, each with its own subpixel shift, and keeps its depth. */
  #bake(effort: Effort): void {
    const gl = this.#gl;
    const t = this.#targets;
    const random = new Random(7);
    gl.clearColor(0, 0, 0, 0);
    for (const target of [t.sky, t.sun, t.mirrorSky]) {
      into(gl, target);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    const inverse = invert(this.#view);
    const mirrorInverse = invert(this.#mirrored);
    for (let round = 0; round < effort.rounds; round++) {
      const jitter = [
        ((round + 0.5) / effort.rounds - 0.5) * (2 / WIDE) * 1.1,
        (random.next() - 0.5) * (2 / HIGH) * 1.1,
      ];
      this.#surfaces(t.surfaces, this.#view, jitter, false);
      if (round === 0 && this.#mirrors) this.#surfaces(t.mirrorSurfaces, this.#mirrored, [0, 0], true);
      for (const light of this.#lightSamples(effort, random)) {
        this.#shadow(t.lightShadow, light.viewProj, () => this.#drawStill());
        const part = {
          ...light,
          color: scale(light.color, 1 / effort.rounds),
          ambient: scale(light.ambient, 1 / effort.rounds),
          share: light.share / effort.rounds,
        };
        this.#addLight(light.isSun ? t.sun : t.sky, t.surfaces, inverse, part);
        if (round === 0 && this.#mirrors) this.#addLight(t.mirrorSky, t.mirrorSurfaces, mirrorInverse, light);
        gl.finish();
      }
    }
    this.#shadow(t.sunStatic, this.#sunVp, () => this.#drawStill());
    for (const [target, vp, clipY] of [
      [t.depth, this.#view, -100],
      [t.mirrorDepth, this.#mirrored, this.#scene.mirrorY + 0.05],
    ] as const) {
      into(gl, target);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.enable(gl.DEPTH_TEST);
      gl.colorMask(false, false, false, false);
      this.#programs.depth
        .use()
        .matrix('uModel', IDENTITY)
        .matrix('uViewProj', vp)
        .vec('uJitter', [0, 0])
        .float('uClipY', clipY);
      this.#drawStill();
      gl.colorMask(true, true, true, true);
    }
    const { look, eye } = this.#scene;
    into(gl, t.sky);
    gl.disable(gl.DEPTH_TEST);
    this.#programs.sky
      .use()
      .matrix('uInverse', inverse)
      .vec('uEye', eye)
      .vec('uFog', look.fog)
      .vec('uSkyTop', look.skyTop)
      .vec('uSkyLow', look.skyLow)
      .vec('uCloud', look.cloud)
      .float('uCloudy', look.cloudy)
      .texture('uDepth', t.depth.depth);
    this.#full();
    gl.finish();
  }

  get #mirrors(): boolean {
    return this.#scene.look.wet > 0 || this.#scene.water !== undefined;
  }

  #drawThings(program: Program, things: readonly Thing[]): void {
    for (const thing of things) {
      const size = thing.size ?? 1;
      let model = multiply(translation(thing.x, thing.y, thing.z), rotationY(thing.heading));
      if (thing.lean !== undefined) model = multiply(model, rotationZ(thing.lean));
      if (size !== 1) model = multiply(model, scaling(size, size, size));
      program
        .matrix('uModel', model)
        .float('uSwing', thing.swing ?? 0)
        .vec('uTint', thing.tint ?? [1, 1, 1]);
      this.#meshes.draw(thing.mesh);
    }
    program.matrix('uModel', IDENTITY);
    this.#meshes.draw(this.#scene.swaying);
  }

  #moving(
    target: Target,
    depthFrom: Target,
    viewProj: Mat4,
    things: readonly Thing[],
    time: number,
    clipY: number,
  ): void {
    const gl = this.#gl;
    const { look, eye, lamps } = this.#scene;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, depthFrom.buffer);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, target.buffer);
    gl.blitFramebuffer(
      0,
      0,
      target.wide,
      target.high,
      0,
      0,
      target.wide,
      target.high,
      gl.DEPTH_BUFFER_BIT,
      gl.NEAREST,
    );
    into(gl, target);
    gl.enable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.colorMask(false, false, false, false);
    this.#drawThings(
      this.#programs.depth
        .use()
        .matrix('uViewProj', viewProj)
        .vec('uJitter', [0, 0])
        .float('uTime', time)
        .float('uClipY', clipY),
      things,
    );
    gl.colorMask(true, true, true, true);
    gl.depthFunc(gl.LEQUAL);
    const near = [...lamps]
      .sort((a, b) => length(sub(a.at, this.#scene.focus)) - length(sub(b.at, this.#scene.focus)))
      .slice(0, 12);
    const program = this.#programs.dynamic
      .use()
      .matrix('uViewProj', viewProj)
      .vec('uJitter', [0, 0])
      .float('uTime', time)
      .vec('uSun', normalize(look.sun?.direction ?? [0, 1, 0]))
      .vec('uSunColor', look.sun?.color ?? [0, 0, 0])
      .vec('uSkyTop', look.skyTop)
      .vec('uSkyLow', look.skyLow)
      .vec('uGround', look.ground)
      .vec('uEye', eye)
      .vec('uFog', look.fog)
      .float('uFogDensity', look.fogDensity)
      .float('uClipY', clipY)
      .matrix('uSunVp', this.#sunVp)
      .int('uLamps', near.length)
      .vec4s(
        'uLamp[0]',
        near.flatMap((lamp) => [...lamp.at, 1]),
      )
      .vec3s(
        'uLampColor[0]',
        near.flatMap((lamp) => [...lamp.color]),
      )
      .texture('uAtlas', this.#atlas)
      .texture('uSunStatic', this.#targets.sunStatic.depth)
      .texture('uSunDynamic', this.#targets.sunMoving.depth);
    this.#drawThings(program, things);
    gl.depthFunc(gl.LESS);
  }

  #sprites(target: Target, viewProj: Mat4, depth: WebGLTexture, glows: readonly Glow[], clipY: number): void {
    if (glows.length === 0) return;
    const gl = this.#gl;
    const floats: number[] = [];
    for (const glow of glows) {
      const [halfWide, halfLong, heading] = glow.beam ?? [1, 1, 0];
      floats.push(
        ...glow.at,
        glow.radius ?? 1,
        ...glow.color,
        0,
        halfWide,
        halfLong,
        heading,
        GLOW_KINDS[glow.kind],
      );
    }
    const forward = normalize(sub(this.#scene.target, this.#scene.eye));
    const right = normalize([-forward[2], 0, forward[0]]);
    const up: Vec3 = [
      right[1] * forward[2] - right[2] * forward[1],
      right[2] * forward[0] - right[0] * forward[2],
      right[0] * forward[1] - right[1] * forward[0],
    ];
    gl.bindFramebuffer(gl.FRAMEBUFFER, target.buffer);
    gl.viewport(0, 0, target.wide, target.high);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    this.#programs.sprite
      .use()
      .matrix('uViewProj', viewProj)
      .vec('uRight', right)
      .vec('uUp', up)
      .float('uClipY', clipY)
      .texture('uDepth', depth);
    gl.bindVertexArray(this.#spriteArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#spriteBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(floats), gl.DYNAMIC_DRAW);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, glows.length);
    gl.disable(gl.BLEND);
  }

  #full(): void {
    this.#gl.bindVertexArray(this.#spriteArray);
    this.#gl.drawArrays(this.#gl.TRIANGLES, 0, 3);
  }

  #compose(target: Target, time: number): void {
    const gl = this.#gl;
    const { look, eye, reach, flow, water } = this.#scene;
    const t = this.#targets;
    into(gl, target);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    this.#programs.compose
      .use()
      .matrix('uInverse', invert(this.#view))
      .matrix('uSunVp', this.#sunVp)
      .matrix('uAboveVp', this.#aboveVp)
      .float('uAboveDepth', reach * 4 - 1)
      .vec('uEye', eye)
      .vec('uFog', look.fog)
      .vec('uWater', water ?? [1, 1, 1])
      .vec('uFlow', flow ?? [0, 0])
      .float('uFogDensity', look.fogDensity)
      .float('uTime', time)
      .float('uWet', look.wet)
      .float('uRain', look.rain)
      .texture('uSky', t.sky.color)
      .texture('uSunlit', t.sun.color)
      .texture('uDepth', t.depth.depth)
      .texture('uMirror', t.mirror.color)
      .texture('uSunDynamic', t.sunMoving.depth)
      .texture('uAbove', t.above.depth);
    this.#full();
  }

  #overlay(target: Target, from: Target, clear: boolean): void {
    const gl = this.#gl;
    into(gl, target);
    gl.disable(gl.DEPTH_TEST);
    if (clear) gl.disable(gl.BLEND);
    else gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#programs.overlay.use().texture('uOver', from.color);
    this.#full();
    gl.disable(gl.BLEND);
  }

  /** Draws the frame at `time` in 0..1 and returns its pixels, RGBA, top row first. */
  frame(time: number): Uint8Array<ArrayBuffer> {
    const gl = this.#gl;
    const scene = this.#scene;
    const { look } = scene;
    const t = this.#targets;
    const things = scene.things(time);
    const glows = scene.glows(time);
    const flat = glows.filter((glow) => glow.kind === 'beam');
    const hanging = glows.filter((glow) => glow.kind !== 'beam');
    gl.clearColor(0, 0, 0, 0);
    if (look.sun !== undefined)
      this.#shadow(t.sunMoving, this.#sunVp, (program) =>
        this.#drawThings(program.float('uTime', time), things),
      );
    this.#shadow(t.above, this.#aboveVp, (program) => this.#drawThings(program.float('uTime', time), things));
    if (this.#mirrors) {
      into(gl, t.mirror);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      this.#moving(t.mirror, t.mirrorDepth, this.#mirrored, things, time, scene.mirrorY + 0.03);
      // What the town mirrors goes behind the things just drawn.
      gl.enable(gl.BLEND);
      gl.disable(gl.DEPTH_TEST);
      gl.blendFunc(gl.ONE_MINUS_DST_ALPHA, gl.ONE);
      this.#programs.mirrorFill
        .use()
        .texture('uOver', t.mirrorSky.color)
        .texture('uDepth', t.mirrorDepth.depth)
        .vec('uSky', add(scale(look.skyLow, 0.5), scale(look.skyTop, 0.5)));
      this.#full();
      this.#sprites(
        t.mirror,
        this.#mirrored,
        t.mirrorDepth.depth,
        hanging.filter((glow) => glow.kind === 'halo'),
        0,
      );
    }
    into(gl, t.moving);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#moving(t.moving, t.depth, this.#view, things, time, -100);
    this.#compose(t.frame, time);
    this.#sprites(t.frame, this.#view, t.moving.depth, flat, -100);
    this.#overlay(t.frame, t.moving, false);
    this.#sprites(t.frame, this.#view, t.moving.depth, hanging, -100);
    into(gl, t.bloomA);
    this.#programs.blur
      .use()
      .texture('uFrom', t.frame.color)
      .vec('uStep', [2.5 / WIDE, 0])
      .float('uFloor', 0.9 / look.exposure);
    this.#full();
    into(gl, t.bloomB);
    this.#programs.blur
      .use()
      .texture('uFrom', t.bloomA.color)
      .vec('uStep', [0, 5 / HIGH])
      .float('uFloor', 0);
    this.#full();
    into(gl, t.developed);
    this.#programs.develop
      .use()
      .texture('uFrom', t.frame.color)
      .texture('uBloom', t.bloomB.color)
      .float('uExposure', look.exposure)
      .float('uBloomy', look.bloom);
    this.#full();
    into(gl, t.output);
    this.#programs.camera
      .use()
      .texture('uFrom', t.developed.color)
      .float('uSharpen', look.sharpen)
      .float('uVignette', look.vignette)
      .float('uGrain', look.grain)
      .float('uLens', look.lens)
      .float('uSaturation', look.saturation)
      .float('uRain', look.rain)
      .float('uDrops', look.drops)
      .float('uTime', time)
      .float('uBlack', look.black)
      .vec('uTint', look.tint);
    this.#full();
    const pixels = new Uint8Array(WIDE * HIGH * 4);
    gl.readPixels(0, 0, WIDE, HIGH, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const fault = gl.getError();
    if (fault !== gl.NO_ERROR) throw new Error(`WebGL error ${fault}`);
    return pixels;
  }
}

/** What a scene file hands to the renderer. */
import type { Mesh } from './lib/mesh.ts';
import type { Vec3 } from './lib/vec.ts';

/** One moving thing at one moment. */
export interface Thing {
  readonly mesh: Mesh;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Radians from +z towards +x. */
  readonly heading: number;
  /** Sideways lean, radians. */
  readonly lean?: number;
  /** Step of a walking figure, 1 per two steps. */
  readonly swing?: number;
  readonly size?: number;
  /** Replaces colours painted with a negative red channel. */
  readonly tint?: Vec3;
}

/** A light added to the picture: `halo` faces the camera, `beam` lies on the road, `ring` and `spot` are splashes and sparkle. */
export interface Glow {
  readonly kind: 'halo' | 'beam' | 'ring' | 'spot';
  readonly at: Vec3;
  readonly color: Vec3;
  /** Radius in metres (halo, ring, spot). */
  readonly radius?: number;
  /** Half width, half length in metres and heading (beam). */
  readonly beam?: readonly [number, number, number];
}

export interface Lamp {
  readonly at: Vec3;
  readonly color: Vec3;
}

export interface Look {
  /** Direction towards the sun and its light; absent at night and under cloud. */
  readonly sun?: { readonly direction: Vec3; readonly color: Vec3; readonly spread: number };
  readonly skyTop: Vec3;
  readonly skyLow: Vec3;
  readonly ground: Vec3;
  readonly cloud: Vec3;
  readonly cloudy: number;
  readonly fog: Vec3;
  readonly fogDensity: number;
  readonly exposure: number;
  readonly tint: Vec3;
  readonly saturation: number;
  readonly bloom: number;
  readonly sharpen: number;
  readonly vignette: number;
  readonly grain: number;
  readonly lens: number;
  /** Raised black level, as a cheap sensor has. */
  readonly black: number;
  readonly wet: number;
  readonly rain: number;
  readonly drops: number;
}

export interface Scene {
  readonly eye: Vec3;
  readonly target: Vec3;
  readonly fovDegrees: number;
  /** Middle and half size of what casts shadows, metres. */
  readonly focus: Vec3;
  readonly reach: number;
  readonly look: Look;
  /** Height of the mirror plane (road or water), metres. */
  readonly mirrorY: number;
  readonly flow?: readonly [number, number];
  readonly water?: Vec3;
  /** Everything that never moves. */
  readonly still: Mesh;
  /** Leaves and cloth that only sway. */
  readonly swaying: Mesh;
  readonly lamps: readonly Lamp[];
  /** What moves, at `t` in 0..1 of the loop; `t = 1` must equal `t = 0`. */
  readonly things: (t: number) => Thing[];
  readonly glows: (t: number) => Glow[];
}

export const DAY_LOOK: Look = {
  sun: { direction: [0.78, 0.62, -0.3], color: [3.1, 2.75, 2.2], spread: 0.015 },
  skyTop: [0.3, 0.44, 0.68],
  skyLow: [0.62, 0.7, 0.78],
  ground: [0.3, 0.27, 0.22],
  cloud: [1.1, 1.1, 1.1],
  cloudy: 0.75,
  fog: [0.66, 0.72, 0.77],
  fogDensity: 0.0032,
  exposure: 0.66,
  tint: [1.0, 1.0, 0.97],
  saturation: 0.95,
  bloom: 0.05,
  sharpen: 0.55,
  vignette: 0.28,
  grain: 0.012,
  lens: 0.09,
  black: 0.02,
  wet: 0,
  rain: 0,
  drops: 0,
};

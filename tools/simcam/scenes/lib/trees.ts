/** Trees and plants made of many small leaves that shade and sway one by one. */
import { MATERIAL } from './mesh.ts';
import type { Mesh, Paint } from './mesh.ts';
import type { Random } from './random.ts';
import { add, cross, mix, normalize, rgb, scale } from './vec.ts';
import type { Vec3 } from './vec.ts';

const BARK: Paint = { color: rgb('#5a4a3a'), material: MATERIAL.concrete };

export interface TreeStyle {
  readonly height: number;
  readonly crown: number;
  readonly leaf: number;
  readonly leaves: number;
  readonly dark: string;
  readonly light: string;
  /** Wind amplitude in metres; 0 for a tree that is part of the still picture. */
  readonly sway: number;
}

export const SHADE_TREE: TreeStyle = {
  height: 6.5,
  crown: 3.2,
  leaf: 0.34,
  leaves: 2600,
  dark: '#1c2b12',
  light: '#5f7a2c',
  sway: 0.07,
};
export const BUSH: TreeStyle = {
  height: 0.7,
  crown: 0.65,
  leaf: 0.13,
  leaves: 380,
  dark: '#22351a',
  light: '#6d8a35',
  sway: 0.02,
};

function leaf(mesh: Mesh, at: Vec3, out: Vec3, size: number, paint: Paint, random: Random): void {
  const axis = normalize([random.range(-1, 1), random.range(-0.6, 0.4), random.range(-1, 1)]);
  const side = normalize(cross(axis, out));
  const tip = add(at, scale(axis, size));
  const left = add(add(at, scale(axis, size * 0.45)), scale(side, size * 0.42));
  const right = add(add(at, scale(axis, size * 0.45)), scale(side, -size * 0.42));
  for (const p of [at, left, tip, at, tip, right]) mesh.vertex(p, out, 0, 0, paint);
}

/** A broad tree: `still` takes trunk and limbs, `crownMesh` the leaves (the same mesh when nothing sways). */
export function tree(
  still: Mesh,
  crownMesh: Mesh,
  x: number,
  y: number,
  z: number,
  style: TreeStyle,
  random: Random,
): void {
  const top = y + style.height - style.crown;
  if (style.height > 1.5) {
    still.rod(
      [x, y, z],
      [x + random.range(-0.3, 0.3), top + style.crown * 0.4, z],
      style.height * 0.035 + 0.05,
      BARK,
      style.height * 0.018,
      8,
    );
    for (let i = 0; i < 6; i++) {
      const angle = random.range(0, 6.28);
      const reach = style.crown * random.range(0.4, 0.75);
      still.rod(
        [x, top - style.crown * 0.1, z],
        [
          x + Math.cos(angle) * reach,
          top + style.crown * random.range(0.1, 0.7),
          z + Math.sin(angle) * reach,
        ],
        style.height * 0.016,
        BARK,
        0.03,
        5,
      );
    }
  }
  const clumps = Array.from({ length: style.height > 1.5 ? 16 : 4 }, () => {
    const angle = random.range(0, 6.28);
    const r = Math.sqrt(random.next()) * style.crown * 0.78;
    return {
      at: [
        x + Math.cos(angle) * r,
        top + style.crown * random.range(0.05, 0.85) * (1 - (0.35 * r) / style.crown),
        z + Math.sin(angle) * r,
      ] as const,
      radius: style.crown * random.range(0.28, 0.44),
    };
  });
  const dark = rgb(style.dark);
  const light = rgb(style.light);
  const center: Vec3 = [x, top + style.crown * 0.2, z];
  for (let i = 0; i < style.leaves; i++) {
    const clump = random.pick(clumps);
    const direction = normalize([random.range(-1, 1), random.range(-0.7, 1), random.range(-1, 1)]);
    const depth = Math.cbrt(random.next());
    const at = add(clump.at, scale(direction, clump.radius * depth * 1.05));
    const out = normalize(
      mix(direction, normalize([at[0] - center[0], at[1] - center[1] + 0.4, at[2] - center[2]]), 0.5),
    );
    const open = Math.min(1, Math.max(0, (depth - 0.45) * 1.5 + out[1] * 0.35));
    const color = scale(mix(dark, light, open * random.range(0.5, 1)), random.range(0.75, 1.15));
    leaf(
      crownMesh,
      at,
      out,
      style.leaf * random.range(0.7, 1.3),
      { color, material: MATERIAL.foliage, sway: style.sway * random.range(0.6, 1.2) },
      random,
    );
  }
}

/** A coconut palm. */
export function palm(
  still: Mesh,
  crownMesh: Mesh,
  x: number,
  y: number,
  z: number,
  height: number,
  sway: number,
  random: Random,
): void {
  let at: Vec3 = [x, y, z];
  const bend = random.range(-0.5, 0.5);
  for (let i = 1; i <= 8; i++) {
    const next: Vec3 = [x + bend * (i / 8) ** 2 * 2, y + (height * i) / 8, z + bend * (i / 8) ** 2];
    still.rod(at, next, 0.19 - i * 0.009, BARK, 0.18 - i * 0.009, 7);
    at = next;
  }
  for (let f = 0; f < 17; f++) {
    const angle = (f / 17) * 6.283 + random.range(-0.15, 0.15);
    const lift = random.range(-0.15, 0.75);
    const long = random.range(2.3, 3.1);
    const flat: Vec3 = [Math.cos(angle), 0, Math.sin(angle)];
    const side: Vec3 = [-flat[2], 0, flat[0]];
    const spine = (k: number): Vec3 => [
      at[0] + flat[0] * long * k,
      at[1] + lift * long * k - 1.35 * k * k * (1.2 - lift * 0.5),
      at[2] + flat[2] * long * k,
    ];
    for (let k = 0; k < 16; k++) {
      const a = spine(k / 16);
      const b = spine((k + 0.55) / 16);
      const wide = 0.62 * Math.sin(((k + 1.5) / 18) * Math.PI) + 0.08;
      const color = scale(mix(rgb('#2a3a16'), rgb('#7d8f3c'), random.next()), random.range(0.7, 1.1));
      const paint: Paint = { color, material: MATERIAL.foliage, sway: sway * (0.3 + k / 12) };
      for (const s of [1, -1]) {
        const tip = add(add(b, scale(side, s * wide)), [
          flat[0] * 0.3,
          -0.22 - 0.2 * k * 0.05,
          flat[2] * 0.3,
        ]);
        for (const p of [a, b, tip])
          crownMesh.vertex(p, normalize([side[0] * s * 0.3, 1, side[2] * s * 0.3]), 0, 0, paint);
      }
    }
  }
}

/** A banana plant: a few broad leaves. */
export function banana(
  still: Mesh,
  crownMesh: Mesh,
  x: number,
  y: number,
  z: number,
  sway: number,
  random: Random,
): void {
  still.rod([x, y, z], [x, y + 1.6, z], 0.12, { color: rgb('#6a7340') }, 0.09, 7);
  for (let f = 0; f < 8; f++) {
    const angle = random.range(0, 6.283);
    const flat: Vec3 = [Math.cos(angle), 0, Math.sin(angle)];
    const side: Vec3 = [-flat[2], 0, flat[0]];
    const long = random.range(1.3, 2.0);
    const spine = (k: number): Vec3 => [
      x + flat[0] * long * k,
      y + 1.6 + 1.1 * k - 1.5 * k * k,
      z + flat[2] * long * k,
    ];
    const color = scale(mix(rgb('#2f5220'), rgb('#86a344'), random.next()), 0.9);
    for (let k = 0; k < 6; k++) {
      const paint: Paint = { color, material: MATERIAL.foliage, sway: sway * (0.3 + k / 5) };
      const [w0, w1] = [k, k + 1].map((i) => 0.32 * Math.sin(((i + 0.4) / 6.8) * Math.PI));
      const a = spine(k / 6);
      const b = spine((k + 1) / 6);
      for (const s of [1, -1])
        crownMesh.quad(
          a,
          b,
          add(b, scale(side, s * w1)),
          add(a, scale(side, s * w0)),
          paint,
          normalize([side[0] * s * -0.4, 1, side[2] * s * -0.4]),
        );
    }
  }
}

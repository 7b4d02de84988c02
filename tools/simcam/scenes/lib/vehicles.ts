/** What drives in an Indonesian town. Every vehicle looks towards +z and stands on y = 0. */
import { shopSign } from './atlas.ts';
import { MATERIAL, Mesh } from './mesh.ts';
import type { Paint } from './mesh.ts';
import type { Random } from './random.ts';
import { rgb } from './vec.ts';
import type { Vec3 } from './vec.ts';

/** Painted in the colour of the moving thing's `tint`. */
const TINTED: Paint = { color: [-1, 0, 0], material: MATERIAL.carPaint };
const GLASS: Paint = { color: [0.012, 0.015, 0.018], material: MATERIAL.glass };
const TYRE: Paint = { color: [0.012, 0.012, 0.012] };
const DARK: Paint = { color: [0.025, 0.025, 0.027] };
const CHROME: Paint = { color: [0.35, 0.35, 0.36], material: MATERIAL.carPaint };
const SKIN: Vec3 = rgb('#a87148');

export interface Vehicle {
  readonly mesh: Mesh;
  readonly long: number;
  readonly wide: number;
  /** Height and half distance of the headlights; 0 for one lamp. */
  readonly lamps: readonly [number, number];
}

const glowing = (color: Vec3, glow: number): Paint => ({ color, glow });

function wheel(mesh: Mesh, x: number, z: number, radius: number, thick: number): void {
  mesh.rod([x - thick / 2, radius, z], [x + thick / 2, radius, z], radius, TYRE, radius, 12);
  for (const side of [-1, 1])
    mesh.rod(
      [x + side * thick * 0.5, radius, z],
      [x + side * thick * 0.53, radius, z],
      radius * 0.55,
      CHROME,
      radius * 0.55,
      8,
    );
}

function plate(mesh: Mesh, y: number, z: number): void {
  mesh.box(0, y, z, 0.44, 0.14, 0.02, { color: [0.7, 0.7, 0.68] });
}

/** Head and tail lights; `night` makes them shine. */
function lights(mesh: Mesh, half: number, y: number, front: number, back: number, night: boolean): void {
  for (const side of [-1, 1]) {
    mesh.box(
      side * half,
      y - 0.09,
      front,
      0.3,
      0.18,
      0.05,
      night ? glowing([1, 0.95, 0.8], 9) : { color: [0.75, 0.76, 0.75] },
    );
    mesh.box(
      side * half,
      y - 0.02,
      back,
      0.18,
      0.3,
      0.05,
      night ? glowing([1, 0.03, 0.02], 3) : { color: [0.35, 0.012, 0.01] },
    );
  }
}

/** The glass band of a car: a darker, slightly narrower shell over the body. */
function cabin(
  mesh: Mesh,
  profile: readonly (readonly [number, number])[],
  wide: number,
  base: number,
  top: number,
  roof: Paint,
): void {
  const taper = (y: number): number => 1 - 0.16 * Math.max(0, (y - base) / (top - base));
  mesh.extrude(profile, wide, GLASS, taper);
  const roofline = profile.filter(([, y]) => y > top - 0.12);
  const zs = roofline.map(([z]) => z);
  const back = Math.min(...zs);
  const front = Math.max(...zs);
  mesh.box(0, top - 0.03, (back + front) / 2, wide * 0.86, 0.07, front - back + 0.1, roof);
  for (const z of [back + 0.02, (back * 2 + front) / 3, (back + front * 2) / 3 + 0.1])
    for (const side of [-1, 1])
      mesh.rod([side * wide * 0.495, base, z], [side * wide * 0.425, top, z], 0.045, roof, 0.045, 4);
}

export function car(night: boolean): Vehicle {
  const mesh = new Mesh();
  mesh.extrude(
    [
      [-2.05, 0.32],
      [1.95, 0.32],
      [2.1, 0.5],
      [2.06, 0.72],
      [1.85, 0.88],
      [1.05, 1.0],
      [-1.95, 1.02],
      [-2.1, 0.8],
    ],
    1.68,
    TINTED,
    (y) => (y > 0.9 ? 0.96 : 1),
  );
  cabin(
    mesh,
    [
      [1.05, 0.98],
      [0.35, 1.58],
      [-0.2, 1.66],
      [-1.7, 1.64],
      [-2.0, 1.0],
    ],
    1.62,
    0.98,
    1.64,
    TINTED,
  );
  mesh.box(0, 0.36, 2.08, 1.5, 0.2, 0.06, DARK);
  mesh.box(0, 0.68, 2.08, 0.8, 0.1, 0.04, CHROME);
  for (const z of [-1.3, 1.3]) for (const side of [-1, 1]) wheel(mesh, side * 0.76, z, 0.31, 0.2);
  for (const side of [-1, 1]) mesh.box(side * 0.92, 1.0, 0.75, 0.16, 0.13, 0.1, TINTED);
  lights(mesh, 0.62, 0.76, 2.05, -2.1, night);
  plate(mesh, 0.42, 2.12);
  plate(mesh, 0.6, -2.12);
  return { mesh, long: 4.2, wide: 1.7, lamps: [0.72, 0.62] };
}

export function hatchback(night: boolean): Vehicle {
  const mesh = new Mesh();
  mesh.extrude(
    [
      [-1.75, 0.3],
      [1.7, 0.3],
      [1.83, 0.5],
      [1.75, 0.75],
      [0.95, 0.93],
      [-1.75, 0.95],
    ],
    1.6,
    TINTED,
  );
  cabin(
    mesh,
    [
      [0.95, 0.92],
      [0.2, 1.45],
      [-0.3, 1.5],
      [-1.3, 1.46],
      [-1.72, 0.94],
    ],
    1.52,
    0.92,
    1.49,
    TINTED,
  );
  for (const z of [-1.15, 1.15]) for (const side of [-1, 1]) wheel(mesh, side * 0.72, z, 0.29, 0.18);
  lights(mesh, 0.58, 0.68, 1.78, -1.76, night);
  plate(mesh, 0.4, 1.85);
  plate(mesh, 0.55, -1.78);
  return { mesh, long: 3.6, wide: 1.6, lamps: [0.68, 0.58] };
}

/** The shared minibus of every Indonesian town, with its route on the front. */
export function angkot(night: boolean, route: string): Vehicle {
  const mesh = new Mesh();
  mesh.extrude(
    [
      [-1.95, 0.34],
      [1.9, 0.34],
      [1.98, 0.6],
      [1.86, 1.0],
      [-1.95, 1.02],
    ],
    1.6,
    TINTED,
  );
  cabin(
    mesh,
    [
      [1.84, 1.0],
      [1.35, 1.78],
      [-1.85, 1.84],
      [-1.95, 1.0],
    ],
    1.56,
    1.0,
    1.82,
    TINTED,
  );
  mesh.box(0, 0.78, 0, 1.63, 0.13, 3.4, { color: [0.75, 0.74, 0.7], material: MATERIAL.carPaint });
  const board = shopSign(route, '', '#f4f1e2', '#b02418', 192, 40);
  mesh.sign(0, 1.85, 1.1, 1.1, 0.26, board);
  for (const z of [-1.2, 1.25]) for (const side of [-1, 1]) wheel(mesh, side * 0.7, z, 0.29, 0.18);
  lights(mesh, 0.6, 0.72, 1.95, -1.98, night);
  plate(mesh, 0.42, 2.0);
  plate(mesh, 0.6, -2.0);
  return { mesh, long: 3.9, wide: 1.6, lamps: [0.72, 0.6] };
}

/** A light truck; `load` chooses between a tarpaulin and sacks. */
export function truck(night: boolean, load: 'tarp' | 'sacks' | 'box'): Vehicle {
  const mesh = new Mesh();
  mesh.extrude(
    [
      [1.35, 0.5],
      [2.85, 0.5],
      [2.9, 1.2],
      [1.35, 1.2],
    ],
    1.9,
    TINTED,
  );
  cabin(
    mesh,
    [
      [2.88, 1.2],
      [2.6, 2.1],
      [1.4, 2.16],
      [1.35, 1.2],
    ],
    1.85,
    1.2,
    2.14,
    TINTED,
  );
  mesh.box(0, 0.45, 0, 0.9, 0.25, 5.4, DARK);
  const bed: Paint = { color: rgb('#3f6b45'), material: MATERIAL.corrugated };
  if (load === 'box')
    mesh.box(0, 0.8, -0.85, 2.0, 2.1, 4.0, { color: [0.5, 0.5, 0.48], material: MATERIAL.corrugated });
  else {
    mesh.box(0, 0.75, -0.85, 2.0, 0.95, 4.0, bed, DARK);
    if (load === 'tarp') {
      const tarp: Paint = { color: rgb('#2f5f96') };
      mesh.extrude(
        [
          [-2.8, 1.6],
          [1.1, 1.6],
          [1.0, 2.1],
          [-0.8, 2.35],
          [-2.7, 2.15],
        ],
        1.9,
        tarp,
        (y) => (y > 1.9 ? 0.82 : 1),
      );
    } else
      for (let i = 0; i < 18; i++)
        mesh.ball(
          [((i % 3) - 1) * 0.55, 1.75 + Math.floor(i / 9) * 0.22, -2.4 + Math.floor((i % 9) / 3) * 1.2],
          [0.34, 0.2, 0.62],
          { color: rgb('#a89a76') },
          4,
          7,
        );
  }
  mesh.rod([-0.8, 0.42, 2.1], [-0.55, 0.42, 2.1], 0.42, TYRE, 0.42, 12);
  mesh.rod([0.8, 0.42, 2.1], [0.55, 0.42, 2.1], 0.42, TYRE, 0.42, 12);
  for (const side of [-1, 1]) wheel(mesh, side * 0.72, -1.7, 0.42, 0.5);
  lights(mesh, 0.72, 0.85, 2.9, -2.86, night);
  plate(mesh, 0.55, 2.93);
  return { mesh, long: 5.9, wide: 2, lamps: [0.85, 0.72] };
}

export function bus(night: boolean, name: string): Vehicle {
  const mesh = new Mesh();
  mesh.extrude(
    [
      [-4.2, 0.4],
      [4.1, 0.4],
      [4.25, 0.7],
      [4.2, 1.35],
      [-4.2, 1.35],
    ],
    2.3,
    TINTED,
  );
  mesh.extrude(
    [
      [4.2, 1.33],
      [3.95, 2.35],
      [-4.15, 2.35],
      [-4.2, 1.33],
    ],
    2.26,
    GLASS,
  );
  mesh.extrude(
    [
      [4.0, 2.33],
      [3.7, 2.85],
      [-4.0, 2.85],
      [-4.2, 2.33],
    ],
    2.28,
    TINTED,
    (y) => (y > 2.6 ? 0.9 : 1),
  );
  for (let z = -3.6; z < 3.9; z += 1.2)
    for (const side of [-1, 1]) mesh.box(side * 1.13, 1.33, z, 0.05, 1.02, 0.09, DARK);
  mesh.sign(0, 2.4, 4.1, 1.6, 0.34, shopSign(name, '', '#111111', '#ffb52e', 192, 40), night ? 2 : 0.4);
  mesh.box(0, 2.86, -1, 1.4, 0.22, 1.8, { color: [0.5, 0.5, 0.5] });
  for (const z of [-2.4, 2.6]) for (const side of [-1, 1]) wheel(mesh, side * 1.0, z, 0.46, 0.3);
  lights(mesh, 0.85, 0.8, 4.22, -4.22, night);
  plate(mesh, 0.5, 4.28);
  return { mesh, long: 8.5, wide: 2.3, lamps: [0.8, 0.85] };
}

const HELMETS = ['#18181a', '#b8b9b6', '#9c1f1a', '#1f3f78', '#d8d2c4', '#2c2c2e', '#d07a1d'];
const JACKETS = [
  '#1d2430',
  '#7a1d1d',
  '#2b5a34',
  '#c9c4b6',
  '#27457e',
  '#15161a',
  '#b8742a',
  '#5a2f63',
  '#2f7f86',
  '#40444a',
];
const TROUSERS = ['#1b1d24', '#2d3a52', '#3b352d', '#222222'];

/** The upper body of somebody sitting at `z`, hands at the handlebar when `steering`. */
function sitter(mesh: Mesh, random: Random, z: number, seat: number, steering: boolean): void {
  const jacket: Paint = { color: rgb(random.pick(JACKETS)) };
  const trousers: Paint = { color: rgb(random.pick(TROUSERS)) };
  const shoulder: Vec3 = [0, seat + 0.56, z + 0.06];
  mesh.rod([0, seat, z - 0.06], shoulder, 0.17, jacket, 0.19, 8);
  mesh.stretched(1, 1, 1, () => mesh.ball([0, seat + 0.54, z + 0.04], [0.24, 0.13, 0.15], jacket));
  mesh.ball([0, seat + 0.72, z + 0.09], [0.09, 0.1, 0.1], { color: SKIN });
  mesh.ball(
    [0, seat + 0.79, z + 0.08],
    [0.145, 0.15, 0.165],
    { color: rgb(random.pick(HELMETS)), material: MATERIAL.carPaint },
    7,
    10,
  );
  mesh.box(0, seat + 0.73, z + 0.225, 0.19, 0.09, 0.03, GLASS);
  for (const side of [-1, 1]) {
    const hip: Vec3 = [side * 0.13, seat + 0.03, z];
    const knee: Vec3 = [side * 0.2, seat - 0.06, z + 0.42];
    mesh.rod(hip, knee, 0.085, trousers, 0.07, 6);
    mesh.rod(knee, [side * 0.19, 0.32, z + 0.3], 0.065, trousers, 0.05, 6);
    mesh.box(side * 0.19, 0.25, z + 0.36, 0.09, 0.08, 0.24, DARK);
    const elbow: Vec3 = [side * 0.29, seat + 0.3, z + 0.22];
    mesh.rod([side * 0.22, seat + 0.52, z + 0.05], elbow, 0.06, jacket, 0.05, 6);
    mesh.rod(
      elbow,
      steering ? [side * 0.3, seat + 0.26, z + 0.56] : [side * 0.12, seat + 0.2, z + 0.35],
      0.05,
      jacket,
      0.04,
      6,
    );
  }
}

export interface BikeOptions {
  readonly night: boolean;
  readonly pillion: boolean;
  readonly cargo: 'none' | 'box' | 'sacks' | 'baskets';
}

/** A scooter with its rider. */
export function motorbike(random: Random, options: BikeOptions): Vehicle {
  const mesh = new Mesh();
  for (const z of [-0.62, 0.64]) mesh.rod([-0.05, 0.28, z], [0.05, 0.28, z], 0.28, TYRE, 0.28, 12);
  mesh.extrude(
    [
      [-0.85, 0.62],
      [-0.3, 0.32],
      [0.15, 0.28],
      [0.2, 0.45],
      [-0.1, 0.66],
      [-0.8, 0.8],
    ],
    0.3,
    TINTED,
  );
  mesh.extrude(
    [
      [0.22, 0.28],
      [0.42, 0.35],
      [0.52, 0.95],
      [0.36, 0.98],
    ],
    0.36,
    TINTED,
    (y) => (y < 0.5 ? 0.6 : 1),
  );
  mesh.box(0, 0.74, -0.4, 0.26, 0.1, 0.85, DARK);
  mesh.rod([0, 0.28, 0.64], [0, 0.98, 0.42], 0.05, CHROME);
  mesh.rod([-0.34, 1.02, 0.36], [0.34, 1.02, 0.36], 0.025, DARK);
  for (const side of [-1, 1]) mesh.box(side * 0.36, 1.14, 0.38, 0.12, 0.08, 0.03, GLASS);
  mesh.box(0, 0.52, 0.66, 0.13, 0.05, 0.42, TINTED);
  mesh.box(
    0,
    0.86,
    0.5,
    0.2,
    0.13,
    0.06,
    options.night ? glowing([1, 0.95, 0.82], 12) : glowing([0.95, 0.95, 0.9], 1.2),
  );
  mesh.box(
    0,
    0.7,
    -0.87,
    0.16,
    0.09,
    0.05,
    options.night ? glowing([1, 0.03, 0.02], 4) : { color: [0.4, 0.01, 0.01] },
  );
  mesh.box(0, 0.5, -0.88, 0.22, 0.13, 0.02, { color: [0.6, 0.6, 0.58] });
  mesh.rod([0.16, 0.3, -0.75], [0.16, 0.3, -0.1], 0.055, CHROME);
  sitter(mesh, random, -0.12, 0.8, true);
  if (options.pillion) sitter(mesh, random, -0.56, 0.84, false);
  if (options.cargo === 'box') mesh.box(0, 0.86, -0.75, 0.48, 0.46, 0.44, { color: rgb('#1f7a3a') });
  if (options.cargo === 'sacks')
    for (const side of [-1, 1])
      mesh.ball([side * 0.36, 0.66, -0.58], [0.22, 0.36, 0.4], { color: rgb('#b5a888') });
  if (options.cargo === 'baskets')
    for (const side of [-1, 1])
      mesh.box(
        side * 0.44,
        0.4,
        -0.58,
        0.42,
        0.62,
        0.62,
        { color: rgb('#8a6a3c'), material: MATERIAL.corrugated },
        { color: rgb('#55722c'), material: MATERIAL.ballast },
      );
  return { mesh, long: 1.9, wide: 0.75, lamps: [0.92, 0] };
}

/** A pedal rickshaw: the passenger sits in front. */
export function becak(random: Random): Vehicle {
  const mesh = new Mesh();
  const frame: Paint = { color: rgb('#2a5fa5'), material: MATERIAL.carPaint };
  for (const side of [-1, 1])
    mesh.rod([side * 0.52, 0.33, 0.7], [side * 0.57, 0.33, 0.7], 0.33, TYRE, 0.33, 12);
  mesh.rod([-0.03, 0.33, -1.0], [0.03, 0.33, -1.0], 0.33, TYRE, 0.33, 12);
  mesh.box(0, 0.42, 0.75, 0.95, 0.3, 0.75, frame);
  mesh.box(0, 0.72, 0.38, 0.95, 0.55, 0.1, { color: rgb('#7d1f24') });
  mesh.box(0, 0.7, 0.7, 0.9, 0.1, 0.6, { color: rgb('#7d1f24') });
  mesh.extrude(
    [
      [0.25, 1.3],
      [0.35, 1.62],
      [0.75, 1.75],
      [1.25, 1.62],
      [1.25, 1.57],
      [0.75, 1.7],
      [0.36, 1.55],
    ],
    1.05,
    { color: rgb('#c9a227'), material: MATERIAL.awning },
  );
  for (const side of [-1, 1]) {
    mesh.rod([side * 0.5, 0.7, 1.1], [side * 0.5, 1.6, 1.2], 0.02, CHROME, 0.02, 5);
    mesh.rod([side * 0.5, 0.7, 0.35], [side * 0.5, 1.6, 0.4], 0.02, CHROME, 0.02, 5);
  }
  mesh.rod([0, 0.4, 0.3], [0, 0.5, -1], 0.035, frame);
  mesh.rod([0, 0.5, -0.7], [0, 0.95, -0.75], 0.03, DARK);
  const shirt: Paint = { color: rgb(random.pick(JACKETS)) };
  mesh.rod([0, 0.98, -0.75], [0, 1.5, -0.5], 0.17, shirt, 0.19);
  mesh.ball([0, 1.68, -0.44], [0.1, 0.13, 0.11], { color: SKIN });
  mesh.rod([0, 1.74, -0.44], [0, 1.86, -0.44], 0.25, { color: rgb('#b89a5e') }, 0.02, 10);
  for (const side of [-1, 1]) {
    mesh.rod([side * 0.2, 1.45, -0.52], [side * 0.42, 1.05, 0.2], 0.05, { color: SKIN }, 0.04, 6);
    mesh.rod([side * 0.1, 0.98, -0.7], [side * 0.14, 0.75, -0.3], 0.075, DARK, 0.06, 6);
    mesh.rod(
      [side * 0.14, 0.75, -0.3],
      [side * 0.12, 0.35 + side * 0.12, -0.42],
      0.06,
      { color: SKIN },
      0.04,
      6,
    );
  }
  return { mesh, long: 2.4, wide: 1.1, lamps: [0, 0] };
}

/** A ready fleet: paints are given by `tint`, riders vary by mesh. */
export interface Fleet {
  readonly bikes: readonly Vehicle[];
  readonly cars: readonly Vehicle[];
  readonly angkots: readonly Vehicle[];
  readonly trucks: readonly Vehicle[];
  readonly bus: Vehicle;
  readonly becaks: readonly Vehicle[];
}

export function makeFleet(random: Random, night: boolean): Fleet {
  const cargo = ['none', 'none', 'none', 'box', 'sacks', 'none', 'baskets', 'none', 'none', 'none'] as const;
  return {
    bikes: cargo.map((load, i) =>
      motorbike(random, { night, pillion: load === 'none' && i % 3 === 1, cargo: load }),
    ),
    cars: [car(night), hatchback(night)],
    angkots: [angkot(night, 'LYN A'), angkot(night, 'LYN C')],
    trucks: [truck(night, 'tarp'), truck(night, 'sacks'), truck(night, 'box')],
    bus: bus(night, 'BOJONEGORO'),
    becaks: [becak(random), becak(random)],
  };
}

const CAR_PAINTS = [
  '#c8cacb',
  '#e6e6e3',
  '#1a1b1e',
  '#5b5f64',
  '#7e1a1c',
  '#22386a',
  '#8b8f92',
  '#d8d5cc',
  '#3b3f45',
];
const BIKE_PAINTS = ['#121214', '#a01a1a', '#d5d5d2', '#1d4c9a', '#222225', '#7a7d80', '#c5c12d', '#1f6b4f'];

export const carPaint = (random: Random): Vec3 => rgb(random.pick(CAR_PAINTS));
export const bikePaint = (random: Random): Vec3 => rgb(random.pick(BIKE_PAINTS));

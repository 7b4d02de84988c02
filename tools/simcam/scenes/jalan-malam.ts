/** Jalan malam: the main street after an evening shower: lit shops, headlights, wet asphalt. */
import { MATERIAL, Mesh } from './lib/mesh.ts';
import { makeCrowd } from './lib/people.ts';
import { Random } from './lib/random.ts';
import {
  banner,
  kerb,
  parasol,
  powerPole,
  pushcart,
  roadLine,
  shopRow,
  streetLamp,
  stringWires,
  zebra,
} from './lib/town.ts';
import {
  fillLane,
  laneGlows,
  laneThings,
  Path,
  processionThings,
  standingThing,
  waitingThing,
} from './lib/traffic.ts';
import { BUSH, SHADE_TREE, tree } from './lib/trees.ts';
import { bikePaint, carPaint, makeFleet } from './lib/vehicles.ts';
import { rgb } from './lib/vec.ts';
import type { Vec3 } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Glow, Lamp, Scene, Thing } from './scene.ts';

const HALF = 6.5;
const EYE: Vec3 = [-7.4, 8.2, 15];

export function build(): Scene {
  const random = new Random(23);
  const still = new Mesh();
  const swaying = new Mesh();
  const asphalt = { color: rgb('#5d5d60'), material: MATERIAL.asphalt };
  const paving = { color: rgb('#8d8378'), material: MATERIAL.paving };
  still.slab(-60, -150, 60, 40, -0.03, { color: rgb('#4b4a3d'), material: MATERIAL.grass });
  still.slab(-HALF, -150, HALF, 40, 0, asphalt);
  for (const side of [-1, 1]) {
    still.slab(side < 0 ? -10.6 : HALF, -150, side < 0 ? -HALF : 10.6, 40, 0.15, paving);
    kerb(still, [
      [side * HALF, 40],
      [side * HALF, -150],
    ]);
  }
  for (const x of [-0.1, 0.12]) roadLine(still, [x, 40], [x, -150], 0.12, rgb('#e0b030'));
  for (const x of [-3.3, 3.3]) roadLine(still, [x, 40], [x, -150], 0.13, [0.6, 0.6, 0.57], 3, 5);
  zebra(still, -HALF + 0.4, HALF - 0.4, -14, -10.6);

  const lamps: Lamp[] = [];
  const steady: Glow[] = [];
  for (let i = 0; i < 4; i++) {
    still.at(-10.8, 0, 8 - i * 21.4, Math.PI / 2, () =>
      shopRow(still, random, {
        units: 5,
        floors: i % 2 === 0 ? 2 : 3,
        deep: 7,
        night: true,
        firstSign: i * 3 + 1,
      }),
    );
    still.at(10.8, 0, -1 - i * 21.4, -Math.PI / 2, () =>
      shopRow(still, random, {
        units: 5,
        floors: i % 2 === 0 ? 3 : 2,
        deep: 7,
        night: true,
        firstSign: i * 4 + 6,
      }),
    );
  }
  for (const [side, first] of [
    [-1, 4],
    [1, -8],
  ] as const)
    for (let i = 0; i < 4; i++) {
      const at = streetLamp(
        still,
        side * 7,
        first - i * 22,
        side < 0 ? Math.PI / 2 : -Math.PI / 2,
        true,
        2.2,
      );
      lamps.push({ at, color: [17, 11, 5] });
      steady.push({ kind: 'halo', at, color: [1.3, 0.9, 0.42], radius: 1.5 });
    }
  for (const [x, z, color] of [
    [-9.6, -4, [9, 9.5, 9.5]],
    [-9.6, -20, [10, 7.5, 4]],
    [9.6, -12, [10, 9.5, 8]],
    [9.6, -24, [6, 9, 7]],
    [9.6, 1, [10, 7, 4]],
    [-9.6, -36, [9, 8, 6]],
    [9.6, -38, [9, 9, 9]],
  ] as const)
    lamps.push({ at: [x, 2.4, z], color: [color[0] * 0.4, color[1] * 0.4, color[2] * 0.4] });
  const poles = [14, -12, -38, -64].map((z, i) => powerPole(still, 7.6, z, 0, i === 1));
  stringWires(still, poles);
  banner(
    still,
    [-6.2, 6.3, -30],
    [6.2, 6.3, -30],
    0.8,
    'SELAMAT DATANG DI BOJONEGORO',
    'kota ledre di tepi Bengawan',
    '#1c6b3c',
    '#fff4c2',
  );
  for (const [x, z, food, color] of [
    [-8.6, 0.5, 'MARTABAK', '#a3251b'],
    [8.5, -5, 'NASI GORENG', '#20538a'],
    [8.5, -17, 'SATE', '#2a6b33'],
    [-8.5, -15, 'JAGUNG', '#c07a16'],
  ] as const) {
    still.at(x, 0.15, z, x < 0 ? Math.PI / 2 : -Math.PI / 2, () => pushcart(still, food, color, 1));
    const at: Vec3 = [x * 0.97, 2.0, z];
    lamps.push({ at, color: [1.8, 1.45, 0.85] });
    steady.push({ kind: 'halo', at, color: [1.1, 0.95, 0.65], radius: 0.6 });
  }
  parasol(still, 8.7, -8.5, ['#b8322a', '#e2d7bb']);
  for (const [x, z] of [
    [8.2, -21],
    [-8.3, -25],
    [8.2, -33],
    [-8.3, -46],
  ] as const)
    tree(still, swaying, x, 0.1, z, { ...SHADE_TREE, height: 5, crown: 2, leaves: 900 }, random);
  for (let i = 0; i < 4; i++)
    tree(still, still, -7.3, 0.15, -7 - i * 3, { ...BUSH, leaves: 200, sway: 0 }, random);

  const fleet = makeFleet(random, true);
  const lanes = [
    fillLane(
      random,
      fleet,
      new Path([
        [-4.9, 30],
        [-4.9, -140],
      ]),
      64,
      2.4,
      ['car'],
      7,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [-1.8, 30],
        [-1.8, -140],
      ]),
      72,
      2.2,
      ['car', 'car', 'truck'],
      3,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [4.9, -140],
        [4.9, 30],
      ]),
      64,
      2.4,
      ['angkot'],
      7,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [1.8, -140],
        [1.8, 30],
      ]),
      72,
      2.2,
      ['car', 'car', 'car'],
      3,
    ),
  ];
  const dark = makeFleet(random, false);
  const parked: Thing[] = [];
  for (let i = 0; i < 10; i++)
    parked.push(
      waitingThing(
        random.pick(dark.bikes),
        bikePaint(random),
        7.6,
        -8.6 - i * 0.85 - (i > 5 ? 9 : 0),
        -Math.PI / 2 + 0.3,
      ),
    );
  for (let i = 0; i < 6; i++)
    parked.push(
      waitingThing(random.pick(dark.bikes), bikePaint(random), -7.6, -9 - i * 0.85, Math.PI / 2 - 0.3),
    );
  parked.push(
    waitingThing(dark.becaks[0], rgb('#2a5fa5'), -5.8, -22, Math.PI),
    waitingThing(dark.cars[0], carPaint(random), 5.6, -30, 0),
  );
  const crowd = makeCrowd(random, 12);
  const standers = [
    [-8.1, 1.6, -1.2],
    [-7.9, -0.4, -1.4],
    [7.8, -4.2, 1.3],
    [7.7, -5.9, 1.6],
    [7.9, -16.2, 1.4],
    [-7.9, -14.2, -1.6],
    [8.6, -9.6, -1],
    [9.3, -12, 3],
  ] as const;
  return {
    eye: EYE,
    target: [1.6, 0.6, -11],
    fovDegrees: 50,
    focus: [0, 0, -18],
    reach: 50,
    mirrorY: 0,
    still,
    swaying,
    lamps,
    look: {
      ...DAY_LOOK,
      skyTop: [0.014, 0.018, 0.03],
      skyLow: [0.03, 0.03, 0.034],
      ground: [0.02, 0.017, 0.014],
      cloud: [0.05, 0.04, 0.035],
      cloudy: 0.7,
      fog: [0.03, 0.027, 0.026],
      fogDensity: 0.005,
      exposure: 1.1,
      tint: [1.03, 1.0, 0.94],
      saturation: 0.85,
      bloom: 0.35,
      grain: 0.014,
      black: 0.025,
      wet: 0.85,
      sharpen: 0.5,
    },
    things: (t) => [
      ...lanes.flatMap((lane) => laneThings(lane, t)),
      ...parked,
      ...processionThings(
        crowd[0],
        new Path([
          [8.9, -70],
          [8.9, 20],
        ]),
        10.4,
        3,
        t,
      ),
      ...processionThings(
        crowd[1],
        new Path([
          [-9.3, 20],
          [-9.2, -70],
        ]),
        10.4,
        7,
        t,
      ),
      ...standers.map(([x, z, heading], i) => standingThing(crowd[2 + i], x, z, heading, i * 0.31, t)),
    ],
    glows: (t) => [...steady, ...lanes.flatMap((lane) => laneGlows(lane, t, EYE))],
  };
}

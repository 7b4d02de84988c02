/** Simpang: a big junction by day, seen from a pole on its corner. North-south has green. */
import { MATERIAL, Mesh } from './lib/mesh.ts';
import { makeCrowd } from './lib/people.ts';
import { Random } from './lib/random.ts';
import {
  banner,
  directionBoard,
  house,
  kerb,
  postSign,
  powerPole,
  pushcart,
  roadLine,
  shopRow,
  streetLamp,
  stringWires,
  trafficLight,
  zebra,
} from './lib/town.ts';
import { fillLane, laneThings, Path, standingThing, walkerThing, waitingThing } from './lib/traffic.ts';
import { BUSH, palm, SHADE_TREE, tree } from './lib/trees.ts';
import { bikePaint, carPaint, makeFleet } from './lib/vehicles.ts';
import { rgb } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Scene, Thing } from './scene.ts';

/** Half widths of the two roads, metres. */
const MAIN = 7.2;
const SIDE = 6;
const CORNER = 3.5;

/** The raised pavement in one quarter of the junction. */
function pavement(still: Mesh, sx: number, sz: number): void {
  const paint = { color: rgb('#a39a8e'), material: MATERIAL.paving };
  const y = 0.15;
  const slab = (x0: number, z0: number, x1: number, z1: number): void =>
    still.slab(
      Math.min(sx * x0, sx * x1),
      Math.min(sz * z0, sz * z1),
      Math.max(sx * x0, sx * x1),
      Math.max(sz * z0, sz * z1),
      y,
      paint,
    );
  slab(MAIN, SIDE + CORNER, MAIN + 3.6, 130);
  slab(MAIN + CORNER, SIDE, 130, SIDE + CORNER);
  slab(MAIN + 3.6, SIDE + CORNER, 130, SIDE + CORNER + 0.1);
  const edge: [number, number][] = [[sx * MAIN, sz * 130]];
  for (let i = 0; i <= 8; i++) {
    const a = (i / 8) * (Math.PI / 2);
    edge.push([sx * (MAIN + CORNER - CORNER * Math.cos(a)), sz * (SIDE + CORNER - CORNER * Math.sin(a))]);
  }
  for (let i = 1; i < edge.length - 1; i++)
    still.quad(
      [sx * (MAIN + CORNER), y, sz * (SIDE + CORNER)],
      [edge[i][0], y, edge[i][1]],
      [edge[i + 1][0], y, edge[i + 1][1]],
      [sx * (MAIN + CORNER), y, sz * (SIDE + CORNER)],
      paint,
      [0, 1, 0],
    );
  edge.push([sx * 130, sz * SIDE]);
  kerb(still, edge);
}

export function build(): Scene {
  const random = new Random(11);
  const still = new Mesh();
  const swaying = new Mesh();
  const asphalt = { color: rgb('#6f6f70'), material: MATERIAL.asphalt };
  still.slab(-160, -200, 160, 80, -0.04, { color: rgb('#7c7a52'), material: MATERIAL.grass });
  still.slab(-MAIN, -200, MAIN, 80, 0, asphalt);
  still.slab(-160, -SIDE, -MAIN, SIDE, 0, asphalt);
  still.slab(MAIN, -SIDE, 160, SIDE, 0, asphalt);
  for (const sx of [-1, 1])
    for (const sz of [-1, 1]) {
      still.slab(
        sx < 0 ? -MAIN - 4 : MAIN,
        sz < 0 ? -SIDE - 4 : SIDE,
        sx < 0 ? -MAIN : MAIN + 4,
        sz < 0 ? -SIDE : SIDE + 4,
        -0.005,
        asphalt,
      );
      pavement(still, sx, sz);
    }

  // Markings: lanes, stop lines, crossings and the yellow box.
  for (const sz of [-1, 1]) {
    roadLine(still, [-0.1, sz * 13.5], [-0.1, sz * 150], 0.13, rgb('#e0b030'));
    roadLine(still, [0.15, sz * 13.5], [0.15, sz * 150], 0.13, rgb('#e0b030'));
    for (const x of [-3.6, 3.6]) roadLine(still, [x, sz * 14], [x, sz * 150], 0.14, [0.6, 0.6, 0.57], 3, 4.5);
    for (const x of [-6.9, 6.9]) roadLine(still, [x, sz * 12], [x, sz * 150], 0.12);
    zebra(still, -MAIN + 0.4, MAIN - 0.4, Math.min(sz * 8, sz * 11.2), Math.max(sz * 8, sz * 11.2));
    roadLine(still, [sz < 0 ? 0.3 : -0.3, sz * 12.4], [sz < 0 ? MAIN - 0.3 : -MAIN + 0.3, sz * 12.4], 0.35);
  }
  for (const sx of [-1, 1]) {
    roadLine(still, [sx * 14.5, 0], [sx * 150, 0], 0.14, [0.6, 0.6, 0.57], 3, 4);
    for (let z = -SIDE + 0.4; z + 0.5 < SIDE; z += 1)
      still.slab(Math.min(sx * 9, sx * 12), z, Math.max(sx * 9, sx * 12), z + 0.5, 0.013, {
        color: [0.6, 0.6, 0.57],
        material: MATERIAL.roadPaint,
      });
    roadLine(still, [sx * 13.1, sx < 0 ? -0.2 : 0.2], [sx * 13.1, sx < 0 ? -SIDE + 0.2 : SIDE - 0.2], 0.35);
  }
  const yellow = rgb('#d8a824');
  for (const [a, b] of [
    [
      [-6.5, -5.4],
      [6.5, -5.4],
    ],
    [
      [-6.5, 5.4],
      [6.5, 5.4],
    ],
    [
      [-6.5, -5.4],
      [-6.5, 5.4],
    ],
    [
      [6.5, -5.4],
      [6.5, 5.4],
    ],
  ] as const)
    roadLine(still, a, b, 0.16, yellow);
  for (let k = -5; k <= 5; k++) {
    const span = (x: number): number => Math.max(-6.5, Math.min(6.5, x));
    const x0 = span(k * 2.4 - 5.4);
    const x1 = span(k * 2.4 + 5.4);
    if (x1 - x0 < 0.5) continue;
    roadLine(still, [x0, x0 - k * 2.4], [x1, x1 - k * 2.4], 0.12, yellow);
    roadLine(still, [x0, -(x0 - k * 2.4)], [x1, -(x1 - k * 2.4)], 0.12, yellow);
  }

  // Rows of shop-houses along the far road, houses and trees behind them.
  still.at(-19.5, 0, -22, Math.PI / 2, () =>
    shopRow(still, random, { units: 5, floors: 2, deep: 9, firstSign: 0 }),
  );
  for (let i = 0; i < 4; i++)
    still.at(-11.6, 0, -19 - i * 21, Math.PI / 2, () =>
      shopRow(still, random, { units: 5, floors: i % 2 === 0 ? 2 : 3, deep: 9, firstSign: i * 5 }),
    );
  for (let i = 0; i < 4; i++)
    still.at(11.6, 0, -20 - i * 21, -Math.PI / 2, () =>
      shopRow(still, random, { units: 5, floors: i % 2 === 0 ? 3 : 2, deep: 9, firstSign: i * 5 + 7 }),
    );
  for (let i = 0; i < 3; i++)
    still.at(-25 - i * 21, 0, -10.6, 0, () =>
      shopRow(still, random, { units: 5, floors: 2, deep: 9, firstSign: i * 3 + 2 }),
    );
  for (let i = 0; i < 3; i++)
    still.at(28 + i * 21, 0, -10.6, 0, () =>
      shopRow(still, random, { units: 5, floors: 2, deep: 9, firstSign: i * 3 + 5 }),
    );
  for (let i = 0; i < 26; i++)
    still.at(
      random.range(22, 90) * (i % 2 === 0 ? 1 : -1),
      0,
      random.range(-100, -26),
      random.range(-0.3, 0.3),
      () => house(still, random, random.range(9, 13), random.range(7, 9)),
    );
  for (let i = 0; i < 16; i++)
    tree(
      still,
      still,
      random.range(18, 80) * (i % 2 === 0 ? 1 : -1),
      0,
      random.range(-90, -24),
      {
        ...SHADE_TREE,
        height: random.range(7, 11),
        crown: random.range(3, 4.5),
        leaves: 1500,
        leaf: 0.5,
        sway: 0,
      },
      random,
    );
  for (let i = 0; i < 7; i++)
    palm(
      still,
      still,
      random.range(20, 60) * (i % 2 === 0 ? 1 : -1),
      0,
      random.range(-70, -24),
      random.range(9, 13),
      0,
      random,
    );
  for (const [x, z] of [
    [-9.6, -13],
    [9.7, -27],
    [-9.7, -44],
    [9.6, -58],
    [-9.6, -75],
  ] as const)
    tree(still, swaying, x, 0.1, z, { ...SHADE_TREE, height: 5.6, crown: 2.3, leaves: 1500 }, random);
  for (let i = 0; i < 5; i++)
    tree(still, still, -13.5 - i * 3.3, 0.1, 8.2, { ...BUSH, height: 1, crown: 0.9, sway: 0 }, random);
  tree(still, swaying, -17, 0.1, 11.5, { ...SHADE_TREE, height: 6.4, crown: 2.9 }, random);

  // Street furniture.
  const east = [-14, -36, -58, -80, -102].map((z, i) => powerPole(still, 8.6, z, 0, i === 1));
  stringWires(still, [powerPole(still, 8.6, 8.7, 0), ...east]);
  const west = [-36, -14, 10, 34].map((x) => powerPole(still, x, -8.2, Math.PI / 2));
  stringWires(still, west);
  for (const z of [-24, -48, -72]) streetLamp(still, -7.9, z, Math.PI / 2, false);
  trafficLight(still, -8.3, -9.6, 0, 'green', 3.4);
  trafficLight(still, 8.3, 9.6, Math.PI, 'green', 3.2);
  trafficLight(still, 9.8, -7.2, -Math.PI / 2, 'red', 0);
  trafficLight(still, -9.8, 7.2, Math.PI / 2, 'red', 0);
  postSign(
    still,
    -9.4,
    -17.5,
    0.1,
    directionBoard([
      ['↑', 'TUBAN'],
      ['←', 'ALUN-ALUN'],
      ['→', 'CEPU'],
    ]),
    3,
    1.5,
    3.4,
  );
  banner(
    still,
    [-11.2, 5.2, -9.2],
    [-18.5, 5, -9.2],
    0.9,
    'TERTIB BERLALU LINTAS',
    'Utamakan keselamatan',
    '#f4f0e6',
    '#b31c1c',
  );
  still.at(-12.4, 0.15, -8.1, 0.2, () => pushcart(still, 'BAKSO', '#1f6e9c'));
  still.at(12.8, 0.15, -8.2, -0.2, () => pushcart(still, 'ES DAWET', '#2f8a4a'));
  still.at(-13.6, 0.15, 8, Math.PI, () => pushcart(still, 'GORENGAN', '#c2451d'));

  // Traffic: the left side of the road, mostly motorbikes.
  const fleet = makeFleet(random, false);
  const lanes = [
    fillLane(
      random,
      fleet,
      new Path([
        [-5.2, 40],
        [-5.2, -150],
      ]),
      64,
      3.1,
      ['angkot', 'becak'],
      9,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [-1.9, 40],
        [-1.9, -150],
      ]),
      72,
      2.6,
      ['car', 'car', 'truck'],
      5,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [5.2, -150],
        [5.2, 40],
      ]),
      64,
      3.1,
      ['car'],
      10,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [1.9, -150],
        [1.9, 40],
      ]),
      72,
      2.6,
      ['car', 'bus', 'car'],
      5,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [6.2, -90],
        [6.2, -16],
        [7.2, -9],
        [12, -4.6],
        [60, -4.4],
        [110, -4.4],
      ]),
      56,
      1,
      [],
      4,
    ),
  ];
  const crowd = makeCrowd(random, 14);
  const walkers = [
    {
      mesh: crowd[0],
      path: new Path([
        [-9, -34],
        [-9, -23],
      ]),
      phase: 0.1,
    },
    {
      mesh: crowd[1],
      path: new Path([
        [-30, -7.4],
        [-19, -7.3],
      ]),
      phase: 0.5,
    },
    {
      mesh: crowd[2],
      path: new Path([
        [31, -7.5],
        [20, -7.5],
      ]),
      phase: 0.2,
    },
    {
      mesh: crowd[3],
      path: new Path([
        [9.5, -40],
        [9.5, -51],
      ]),
      phase: 0.7,
    },
  ];
  const waiting: Thing[] = [];
  const wait = (kind: 'bike' | 'car' | 'angkot' | 'becak', x: number, z: number, heading: number): void => {
    const vehicle =
      kind === 'bike'
        ? random.pick(fleet.bikes)
        : kind === 'car'
          ? random.pick(fleet.cars)
          : kind === 'becak'
            ? fleet.becaks[0]
            : fleet.angkots[0];
    waiting.push(
      waitingThing(
        vehicle,
        kind === 'bike' ? bikePaint(random) : kind === 'angkot' ? rgb('#d8b21e') : carPaint(random),
        x,
        z,
        heading + random.range(-0.06, 0.06),
      ),
    );
  };
  const eastward = Math.PI / 2;
  for (const [dx, z] of [
    [0, -1.2],
    [0.5, -2.2],
    [-0.3, -3.3],
    [0.2, -4.3],
    [0.4, -5.2],
    [2.6, -1.9],
    [2.4, -4.9],
    [3, -0.9],
  ] as const) {
    wait('bike', -14.6 - dx, z, eastward);
    wait('bike', 14.6 + dx, -z, -eastward);
  }
  for (const [kind, x, z] of [
    ['car', -20, -1.9],
    ['angkot', -20.4, -4.4],
    ['car', -26, -2.2],
    ['bike', -24.2, -4.6],
    ['car', -33, -2.1],
    ['becak', -30, -4.9],
  ] as const)
    wait(kind, x, z, eastward);
  for (const [kind, x, z] of [
    ['car', 20, 2],
    ['car', 20.3, 4.5],
    ['angkot', 26, 2.2],
  ] as const)
    wait(kind, x, z, -eastward);
  for (let i = 0; i < 9; i++) wait('bike', -10.3, -21 - i * 0.9 - (i > 4 ? 14 : 0), eastward + 0.25);
  const standers = [
    [-12.9, -7.2, 0.6],
    [-11.7, -7.3, -0.5],
    [13.4, -7.3, 0.2],
    [-8.9, -8.8, 0.4],
    [-13, 7.2, 2.8],
    [9.4, -9, 3],
    [-12.2, 7, 3.5],
    [10, -9.5, 3.4],
  ] as const;

  return {
    eye: [10.5, 9.2, 25.5],
    target: [-2.6, 0.4, -4],
    fovDegrees: 54,
    focus: [0, 0, -18],
    reach: 62,
    look: DAY_LOOK,
    mirrorY: 0,
    still,
    swaying,
    lamps: [],
    things: (t) => [
      ...lanes.flatMap((lane) => laneThings(lane, t)),
      ...waiting,
      ...walkers.map((walker) => walkerThing(walker, t)),
      ...standers.map(([x, z, heading], i) => standingThing(crowd[5 + (i % 9)], x, z, heading, i * 0.37, t)),
    ],
    glows: () => [],
  };
}

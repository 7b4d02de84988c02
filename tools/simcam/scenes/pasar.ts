/** Pasar: a market street in the morning: stalls, awnings, shoppers and motorbikes squeezing through. */
import { MATERIAL, Mesh } from './lib/mesh.ts';
import { makeCrowd } from './lib/people.ts';
import { Random } from './lib/random.ts';
import { banner, kerb, parasol, powerPole, pushcart, shopRow, stall, stringWires } from './lib/town.ts';
import { fillLane, laneThings, Path, processionThings, standingThing, waitingThing } from './lib/traffic.ts';
import { SHADE_TREE, tree } from './lib/trees.ts';
import { bikePaint, makeFleet } from './lib/vehicles.ts';
import { rgb } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Scene, Thing } from './scene.ts';

const CLOTHS = ['#2f6fa8', '#c8781f', '#3f7f4a', '#b53a30', '#d8cfae', '#2a4f86', '#8a8f94', '#c9a227'];

export function build(): Scene {
  const random = new Random(52);
  const still = new Mesh();
  const swaying = new Mesh();
  still.slab(-40, -110, 40, 30, -0.03, { color: rgb('#77705a'), material: MATERIAL.grass });
  still.slab(-3.4, -110, 3.4, 30, 0, { color: rgb('#75726d'), material: MATERIAL.asphalt });
  for (const side of [-1, 1]) {
    still.slab(side < 0 ? -7.2 : 3.4, -110, side < 0 ? -3.4 : 7.2, 30, 0.12, {
      color: rgb('#98897a'),
      material: MATERIAL.paving,
    });
    kerb(
      still,
      [
        [side * 3.4, 30],
        [side * 3.4, -110],
      ],
      0.2,
      0.14,
    );
    for (let i = 0; i < 4; i++)
      still.at(side * 7.4, 0, 4 - i * 21.3 - (side > 0 ? 6 : 0), -side * (Math.PI / 2), () =>
        shopRow(still, random, {
          units: 5,
          floors: (i + (side > 0 ? 1 : 0)) % 2 === 0 ? 2 : 3,
          deep: 8,
          firstSign: i * 5 + (side > 0 ? 3 : 9),
        }),
      );
    for (let i = 0; i < 12; i++) {
      const wide = random.range(2.3, 3);
      const z = 2.2 - i * 3.35 + (side > 0 ? 1.1 : 0);
      if (side > 0 && i === 1) continue;
      still.at(side * 4.85, 0.1, z, -side * (Math.PI / 2), () =>
        stall(still, random, wide, CLOTHS[(i * 3 + (side > 0 ? 1 : 0)) % CLOTHS.length]),
      );
    }
  }
  for (const [x, z, a, b] of [
    [-2.9, -5, '#c8322a', '#e8dfc8'],
    [3, -12.5, '#2a5f9e', '#e6c23a'],
    [-2.9, -20, '#2f7f4a', '#e8e2d0'],
    [2.9, -27, '#c8322a', '#e6c23a'],
    [3.1, 0.4, '#d97a1e', '#e8e2d0'],
  ] as const)
    parasol(still, x, z, [a, b]);
  for (const [x, z, food, color] of [
    [-3, -12.6, 'CENDOL', '#2f8a4a'],
    [2.9, -19, 'BUBUR AYAM', '#a3251b'],
    [2.9, -6.4, 'TAHU', '#c07a16'],
  ] as const)
    still.at(x, 0, z, x < 0 ? Math.PI / 2 : -Math.PI / 2, () => pushcart(still, food, color));
  stringWires(
    still,
    [16, -8, -34, -60].map((z, i) => powerPole(still, -6.9, z, 0, i === 1)),
  );
  for (const [z, text, under, bg] of [
    [-15, 'PASAR KOTA BOJONEGORO', 'bersih - tertib - ramah', '#1d6a3c'],
    [-36, 'DISKON AKHIR PEKAN', 'sandang & pangan', '#b3201c'],
  ] as const)
    banner(still, [-6.8, 6.1, z], [6.8, 6.1, z], 0.85, text, under, bg, '#fff3c9');
  tree(still, swaying, 6.7, 0.1, -29, { ...SHADE_TREE, height: 7.5, crown: 2.6, leaves: 1100 }, random);
  tree(still, swaying, -6.7, 0.1, -44, { ...SHADE_TREE, height: 8, crown: 3, leaves: 1100 }, random);
  for (let i = 0; i < 9; i++)
    tree(
      still,
      still,
      random.range(17, 34) * (i % 2 === 0 ? 1 : -1),
      0,
      random.range(-80, -30),
      { ...SHADE_TREE, height: 11, crown: 4, leaves: 700, leaf: 0.8, sway: 0 },
      random,
    );

  const fleet = makeFleet(random, false);
  const lanes = [
    fillLane(
      random,
      fleet,
      new Path([
        [-0.7, 22],
        [-0.9, 0],
        [-0.5, -30],
        [-0.8, -100],
      ]),
      24,
      0.9,
      [],
      2,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [1.1, -100],
        [0.8, -30],
        [1.2, 0],
        [1, 22],
      ]),
      28,
      0.8,
      ['becak'],
      1,
    ),
  ];
  const crowd = makeCrowd(random, 26);
  const ways: readonly (readonly [number, 1 | -1])[] = [
    [-2.1, -1],
    [-2.45, 1],
    [-1.65, 1],
    [2.1, 1],
    [2.4, -1],
    [1.9, -1],
    [-0.1, -1],
    [0.25, 1],
    [-2.25, 1],
    [2.25, -1],
  ];
  const parked: Thing[] = [];
  for (let i = 0; i < 5; i++)
    parked.push(
      waitingThing(random.pick(fleet.bikes), bikePaint(random), 4, -2.4 - i * 0.8, -Math.PI / 2 + 0.3),
    );
  const walks = ways.map(([x, way], i) => {
    const points = [14, 2, -8, -18, -30, -46, -70].map((z): [number, number] => [
      x + random.range(-0.3, 0.3),
      z,
    ]);
    return {
      mesh: crowd[i],
      path: new Path(way < 0 ? points : points.reverse()),
      offset: random.range(0, 10.4),
    };
  });
  const standers = Array.from({ length: 34 }, (_, i) => {
    const side = i % 2 === 0 ? -1 : 1;
    const seller = i % 3 === 0;
    return {
      mesh: crowd[10 + (i % 16)],
      x: side * (seller ? 5.9 : random.range(3.05, 3.5)),
      z: 2.5 - i * 1.18 + random.range(-0.4, 0.4),
      heading: (seller ? -side : side) * (Math.PI / 2) + random.range(-0.6, 0.6),
      phase: random.next(),
    };
  });
  return {
    eye: [2.5, 6.6, 11.2],
    target: [-0.6, 0.4, -6.5],
    fovDegrees: 57,
    focus: [0, 0, -20],
    reach: 40,
    mirrorY: 0,
    still,
    swaying,
    lamps: [],
    look: {
      ...DAY_LOOK,
      sun: { direction: [0.62, 0.72, 0.18], color: [3.2, 2.8, 2.15], spread: 0.015 },
      tint: [1.03, 1.0, 0.93],
      exposure: 0.72,
      fogDensity: 0.005,
      lens: 0.12,
    },
    things: (t) => [
      ...lanes.flatMap((lane) => laneThings(lane, t)),
      ...parked,
      ...walks.flatMap((walk) => processionThings(walk.mesh, walk.path, 10.4, walk.offset, t)),
      ...standers.map((one) => standingThing(one.mesh, one.x, one.z, one.heading, one.phase, t)),
    ],
    glows: () => [],
  };
}
